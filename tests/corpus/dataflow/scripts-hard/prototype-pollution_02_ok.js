'use strict';

const http = require('node:http');

const limits = { upload: { size: 10, types: { image: true } }, download: { rate: 5 } };

function isPlain(value) {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function overlay(base, extra) {
  const pending = [[base, extra]];
  while (pending.length > 0) {
    const [into, from] = pending.pop();
    for (const key of Object.keys(from)) {
      if (isPlain(from[key]) && Object.hasOwn(into, key) && isPlain(into[key])) {
        pending.push([into[key], from[key]]);
      } else if (!isPlain(from[key])) {
        into[key] = from[key];
      }
    }
  }
  return base;
}

http.createServer((req, res) => {
  let text = '';
  req.setEncoding('utf8');
  req.on('data', (chunk) => {
    text += chunk;
  });
  req.on('end', () => {
    try {
      const merged = overlay(structuredClone(limits), JSON.parse(text));
      res.setHeader('content-type', 'application/json');
      res.end(JSON.stringify({ size: Number(merged.upload.size) }));
    } catch {
      res.writeHead(400).end();
    }
  });
}).listen(8005);
