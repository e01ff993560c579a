'use strict';

const http = require('node:http');

const PARTNERS = ['partner.example', 'tickets.example'];

function belongs(host) {
  return PARTNERS.some((domain) => host.endsWith(domain));
}

function destinations(url) {
  const queue = url.searchParams.getAll('to');
  const accepted = [];
  while (queue.length > 0) {
    const next = queue.shift();
    try {
      const target = new URL(next);
      if (target.protocol === 'https:' && belongs(target.hostname)) {
        accepted.push(target.href);
      }
    } catch {
      continue;
    }
  }
  return accepted;
}

http.createServer((req, res) => {
  const url = new URL(req.url, 'http://localhost');
  const [first = 'https://www.shop.example/'] = destinations(url);
  res.writeHead(302, { location: first });
  res.end();
}).listen(8030);
