#!/usr/bin/env node
import { createWriteStream } from 'node:fs';
import { mkdir } from 'node:fs/promises';
import path from 'node:path';
import { pipeline } from 'node:stream/promises';
import unzipper from 'unzipper';

const OUTPUT = path.resolve('unpacked');

const inside = (file) => {
  const relative = path.relative(OUTPUT, file);
  return relative !== '' && !relative.startsWith('..') && !path.isAbsolute(relative);
};

async function unpack(input) {
  let written = 0;
  const entries = input.pipe(unzipper.Parse({ forceStream: true }));
  for await (const entry of entries) {
    const target = path.join(OUTPUT, entry.path);
    if (entry.type === 'Directory' || !inside(path.join(OUTPUT, path.basename(entry.path)))) {
      entry.autodrain();
      continue;
    }
    await mkdir(path.dirname(target), { recursive: true });
    await pipeline(entry, createWriteStream(target, { mode: 0o640 }));
    written += 1;
  }
  return written;
}

const written = await unpack(process.stdin);
console.log(`${written} files`);
