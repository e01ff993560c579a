'use strict';

const crypto = require('node:crypto');
const http = require('node:http');

const tickets = new Map();

function seeded() {
  let state = Math.floor(Math.random() * 0xffffffff) + 1;
  return () => {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    return state >>> 0;
  };
}

const next = seeded();

function resetToken() {
  const words = Array.from({ length: 4 }, () => crypto.randomBytes(4).readUInt32BE());
  return words.map((word) => word.toString(16).padStart(8, '0')).join('');
}

function route(req) {
  const url = new URL(req.url, 'http://localhost');
  if (req.method === 'POST' && url.pathname === '/password-reset') {
    tickets.set(resetToken(), { user: url.searchParams.get('user'), issued: Date.now() });
    return [202, { queued: true, retryAfter: 30 + (next() % 10) }];
  }
  if (req.method === 'GET' && url.pathname === '/password-reset') {
    const ticket = tickets.get(url.searchParams.get('token'));
    return [200, { open: Boolean(ticket) && Date.now() - ticket.issued < 900000 }];
  }
  return [404, {}];
}

http.createServer((req, res) => {
  const [status, body] = route(req);
  res.writeHead(status, { 'content-type': 'application/json' });
  res.end(JSON.stringify(body));
}).listen(8007);
