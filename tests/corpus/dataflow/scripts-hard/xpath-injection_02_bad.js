'use strict';

const fs = require('node:fs');
const http = require('node:http');
const querystring = require('node:querystring');
const xpath = require('xpath');
const { DOMParser } = require('@xmldom/xmldom');

const doc = new DOMParser().parseFromString(fs.readFileSync('/etc/gate/badges.xml', 'utf8'), 'text/xml');

function literal(text) {
  const pieces = text.split('"').map((piece) => `'${piece}'`);
  if (pieces.length === 1) {
    return pieces[0];
  }
  return `concat(${pieces.join(", '\"', ")})`;
}

function predicate(fields) {
  const tests = [];
  for (const name of ['holder', 'door']) {
    if (name in fields) {
      tests.push(`@${name} = ${literal(String(fields[name]))}`);
    }
  }
  return tests.length > 0 ? `[${tests.join(' and ')}]` : '[false()]';
}

http.createServer((req, res) => {
  const fields = querystring.parse(req.url.split('?')[1] || '');
  let allowed = false;
  try {
    allowed = xpath.select(`boolean(/badges/badge${predicate(fields)})`, doc);
  } catch (err) {
    res.statusCode = 400;
  }
  res.setHeader('content-type', 'application/json');
  res.end(JSON.stringify({ allowed }));
}).listen(8070);
