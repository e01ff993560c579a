'use strict';

const crypto = require('node:crypto');
const http = require('node:http');

class SetCookie {
  constructor(name, value) {
    this.pair = `${name}=${value}`;
    this.attributes = new Map([['Path', '/']]);
  }

  with(attribute, value = '') {
    this.attributes.set(attribute, value);
    return this;
  }

  without(attribute) {
    this.attributes.delete(attribute);
    return this;
  }

  toString() {
    const rest = [...this.attributes].map(([name, value]) => (value === '' ? name : `${name}=${value}`));
    return [this.pair, ...rest].join('; ');
  }
}

const sessions = new Set();

function openSession() {
  const id = crypto.randomUUID();
  sessions.add(id);
  return new SetCookie('session', id)
    .with('HttpOnly')
    .with('Secure')
    .with('SameSite', 'Strict')
    .without('Path')
    .with('Max-Age', '1800');
}

http.createServer((req, res) => {
  if (req.method !== 'POST') {
    res.writeHead(405).end();
    return;
  }
  res.setHeader('Set-Cookie', openSession().toString());
  res.writeHead(204).end();
}).listen(8006);
