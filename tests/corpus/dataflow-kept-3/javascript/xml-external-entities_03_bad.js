'use strict';

const http = require('http');
const libxmljs = require('libxmljs');

class ManifestReader {
  constructor(options = {}) {
    this.options = { nonet: true, ...options };
  }

  read(xml) {
    const doc = libxmljs.parseXmlString(xml, this.options);
    const version = doc.root().attr('version');
    return { version: version ? version.value() : null, summary: doc.get('//summary')?.text() };
  }
}

const reader = new ManifestReader({ noent: true });

const server = http.createServer((req, res) => {
  const chunks = [];
  req.on('data', (chunk) => chunks.push(chunk));
  req.on('end', () => {
    let status = 200;
    let payload;
    try {
      payload = reader.read(Buffer.concat(chunks).toString('utf8'));
    } catch {
      status = 422;
      payload = { error: 'malformed manifest' };
    }
    res.writeHead(status, { 'Content-Type': 'application/json' });
    res.end(JSON.stringify(payload));
  });
});

server.listen(8081);
