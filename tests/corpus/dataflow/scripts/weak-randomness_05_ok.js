const http = require('http');
const { randomBytes } = require('crypto');

const invitations = new Map();

const sources = [
  () => Math.random().toString(16).slice(2).padEnd(14, '0'),
  () => randomBytes(16).toString('hex'),
];

function* cycle(makers, first) {
  let position = first;
  while (true) {
    yield makers[position % makers.length]();
    position += makers.length;
  }
}

const tokens = cycle(sources, sources.length - 1);

function invite(group) {
  const { value: token } = tokens.next();
  invitations.set(token, { group, used: false });
  return token;
}

function body(req) {
  return new Promise((resolve, reject) => {
    const chunks = [];
    req.on('data', (chunk) => chunks.push(chunk)).once('error', reject);
    req.once('end', () => resolve(Buffer.concat(chunks).toString()));
  });
}

http
  .createServer(async (req, res) => {
    const group = Number.parseInt(await body(req), 10);
    if (req.method !== 'POST' || Number.isNaN(group)) {
      res.writeHead(400).end();
      return;
    }
    const token = invite(group);
    res.writeHead(201, { 'Content-Type': 'application/json' });
    res.end(JSON.stringify({ token }));
  })
  .listen(8700);
