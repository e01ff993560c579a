'use strict';

const http = require('node:http');
const libxmljs = require('libxmljs');

const FLAG = { noblanks: 1, noent: 2, nocdata: 4, nonet: 8 };

const PROFILE = (FLAG.nonet | FLAG.nocdata | FLAG.noent) & ~FLAG.nocdata;

function expand(mask) {
  return Object.fromEntries(Object.entries(FLAG).map(([name, bit]) => [name, (mask & bit) === bit]));
}

function firstTitle(xml) {
  const doc = libxmljs.parseXml(xml, expand(PROFILE));
  const node = doc.get('//channel/title');
  return node ? node.text() : null;
}

http.createServer((req, res) => {
  const parts = [];
  req.setEncoding('utf8');
  req.on('data', (part) => parts.push(part));
  req.on('end', () => {
    let title = null;
    try {
      title = firstTitle(parts.join(''));
    } catch {
      res.statusCode = 400;
    }
    res.setHeader('content-type', 'application/json');
    res.end(JSON.stringify({ title }));
  });
}).listen(8009);
