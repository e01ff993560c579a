'use strict';

const http = require('node:http');
const { spawn } = require('node:child_process');

const PROBES = new Map([
  ['reach', (target) => `ping -c 1 -W 2 ${target}`],
  ['route', (target) => `traceroute -m 12 ${target}`],
]);

function rotate(items, by) {
  const copy = items.slice();
  for (let i = 0; i < by; i += 1) {
    copy.push(copy.shift());
  }
  return copy;
}

function pickTarget(requested) {
  const ring = rotate(['gw.internal.example', requested, 'dns.internal.example'], 4);
  const [target] = ring;
  return target;
}

const server = http.createServer((req, res) => {
  const url = new URL(req.url, 'http://localhost');
  const probe = PROBES.get(url.pathname.slice(1));
  if (!probe) {
    res.writeHead(404).end();
    return;
  }
  const line = probe(pickTarget(url.searchParams.get('host') || 'localhost'));
  const child = spawn('/bin/sh', ['-c', line], { stdio: 'ignore' });
  child.on('close', (code) => {
    res.setHeader('content-type', 'application/json');
    res.end(JSON.stringify({ reachable: code === 0 }));
  });
});

server.listen(8081);
