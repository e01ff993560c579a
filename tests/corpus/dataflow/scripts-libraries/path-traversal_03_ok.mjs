#!/usr/bin/env node
import fs from 'node:fs';
import path from 'node:path';
import AdmZip from 'adm-zip';
import yargs from 'yargs';
import { hideBin } from 'yargs/helpers';

const argv = yargs(hideBin(process.argv))
  .usage('$0 < bundle.zip')
  .option('dry-run', { type: 'boolean', default: false })
  .parseSync();

const DEST = path.resolve('themes');

function* entriesOf(zip) {
  for (const entry of zip.getEntries()) {
    if (!entry.isDirectory) {
      yield entry;
    }
  }
}

function destinationFor(entry) {
  const target = path.resolve(DEST, entry.entryName);
  const relative = path.relative(DEST, target);
  if (relative.startsWith('..') || path.isAbsolute(relative)) {
    return null;
  }
  return target;
}

let written = 0;
for (const entry of entriesOf(new AdmZip(fs.readFileSync(0)))) {
  const target = destinationFor(entry);
  if (target === null) {
    console.error('skipped one entry');
    continue;
  }
  if (!argv.dryRun) {
    fs.mkdirSync(path.dirname(target), { recursive: true });
    fs.writeFileSync(target, entry.getData());
  }
  written += 1;
}
console.log(`${written} files installed`);
