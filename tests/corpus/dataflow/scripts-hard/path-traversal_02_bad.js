'use strict';

const fs = require('node:fs');
const http = require('node:http');
const path = require('node:path');

const ROOT = '/srv/site/public';

function collapse(segments) {
  const kept = [];
  for (const segment of segments) {
    if (segment === '' || segment === '.') {
      continue;
    }
    if (segment === '..') {
      if (kept.length === 0 || kept.at(-1) === '..') kept.push(segment);
      else kept.pop();
      continue;
    }
    kept.push(segment);
  }
  return kept;
}

http.createServer((req, res) => {
  let wanted;
  try {
    wanted = decodeURIComponent(req.url.split('?', 1)[0]);
  } catch {
    res.writeHead(400).end();
    return;
  }
  const file = path.join(ROOT, ...collapse(wanted.split(/[\\/]+/)));
  const stream = fs.createReadStream(file);
  stream.on('open', () => {
    res.setHeader('content-type', 'application/octet-stream');
    stream.pipe(res);
  });
  stream.on('error', () => res.writeHead(404).end());
}).listen(8040);
