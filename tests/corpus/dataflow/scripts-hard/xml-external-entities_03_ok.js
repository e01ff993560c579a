'use strict';

const { program } = require('commander');
const fs = require('node:fs');
const libxmljs = require('libxmljs2');

function stripDoctype(xml) {
  if (/\0|<!(DOCTYPE|ENTITY)|<\?xml\s[^>]*encoding(?!\s*=\s*["']utf-8["'])/i.test(xml)) {
    throw new SyntaxError('document type declarations are not read');
  }
  return xml;
}

function readFeed(xml) {
  const doc = libxmljs.parseXml(stripDoctype(xml), { noent: true, nonet: true });
  return doc.find('//item').map((item) => ({
    id: item.attr('id') ? item.attr('id').value() : '',
    text: item.text(),
  }));
}

program
  .name('feed-to-json')
  .description('converts a partner feed, read from standard input, to JSON lines')
  .option('-l, --limit <count>', 'stop after this many items', '1000')
  .action(({ limit }) => {
    const items = readFeed(fs.readFileSync(0, 'utf8'));
    for (const item of items.slice(0, Number(limit) || 1000)) {
      process.stdout.write(`${JSON.stringify(item)}\n`);
    }
  });

program.parse();
