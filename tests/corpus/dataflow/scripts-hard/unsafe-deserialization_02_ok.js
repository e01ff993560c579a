'use strict';

const http = require('node:http');
const yaml = require('js-yaml');
const { all: jsTypes } = require('js-yaml-js-types');

const LEVELS = [
  yaml.FAILSAFE_SCHEMA,
  yaml.JSON_SCHEMA,
  yaml.DEFAULT_SCHEMA,
  yaml.DEFAULT_SCHEMA.extend(jsTypes),
];

function schemaFor(version) {
  let level = 1;
  while (level < version) {
    level += 1;
  }
  return LEVELS[Math.min(level, LEVELS.length - 2)];
}

function collect(stream, limit) {
  return new Promise((resolve, reject) => {
    const chunks = [];
    let size = 0;
    stream.on('data', (chunk) => {
      size += chunk.length;
      if (size > limit) {
        reject(new Error('too large'));
      }
      chunks.push(chunk);
    });
    stream.on('end', () => resolve(Buffer.concat(chunks).toString('utf8')));
    stream.on('error', reject);
  });
}

http.createServer(async (req, res) => {
  try {
    const manifest = yaml.load(await collect(req, 65536), { schema: schemaFor(3) });
    const label = `${manifest.name}@${manifest.version}`;
    res.setHeader('content-type', 'application/json');
    res.end(JSON.stringify({ length: label.length }));
  } catch {
    res.writeHead(422).end();
  }
}).listen(8010);
