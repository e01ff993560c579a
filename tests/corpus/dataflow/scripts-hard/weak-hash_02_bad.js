'use strict';

const crypto = require('node:crypto');
const http = require('node:http');

const SUITES = [
  { since: 2009, digest: 'md5' },
  { since: 2016, digest: 'sha256' },
  { since: 2021, digest: 'sha512' },
];

const suite = SUITES.reduce((best, next) => (next.since < best.since ? next : best));

const SECRET = process.env.LINK_SECRET;

function sign(file, expires) {
  return crypto
    .createHash(suite.digest)
    .update([file, expires, SECRET].map((part) => `${String(part).length}:${part}`).join('|'))
    .digest('hex');
}

function equal(a, b) {
  const left = Buffer.from(a);
  const right = Buffer.from(b);
  return left.length === right.length && crypto.timingSafeEqual(left, right);
}

http.createServer((req, res) => {
  const { searchParams } = new URL(req.url, 'http://localhost');
  const file = searchParams.get('file') || '';
  const expires = Number(searchParams.get('expires'));
  const valid = expires > Date.now() / 1000 && equal(sign(file, expires), searchParams.get('sig') || '');
  res.statusCode = valid ? 200 : 403;
  res.setHeader('content-type', 'application/json');
  res.end(JSON.stringify({ valid }));
}).listen(8008);
