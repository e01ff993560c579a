import http from 'node:http';
import { randomBytes } from 'node:crypto';

const sessions = new Map();

function serializeCookie(name, value, attributes) {
  const parts = [`${name}=${encodeURIComponent(value)}`];
  for (const [key, setting] of Object.entries(attributes)) {
    if (setting === true) parts.push(key);
    else if (setting !== false) parts.push(`${key}=${setting}`);
  }
  return parts.join('; ');
}

const server = http.createServer((req, res) => {
  if (req.method !== 'POST' || req.url !== '/sessions') {
    res.writeHead(404, { 'Content-Type': 'application/json' });
    res.end('{"error":"not found"}');
    return;
  }
  const id = randomBytes(32).toString('hex');
  sessions.set(id, { startedAt: Date.now() });
  const cookie = serializeCookie('session', id, {
    Path: '/',
    HttpOnly: true,
    Secure: true,
    SameSite: 'Lax',
    'Max-Age': 3600,
  });
  res.setHeader('Set-Cookie', cookie);
  res.writeHead(201, { 'Content-Type': 'application/json' });
  res.end('{"ok":true}');
});

server.listen(8080);
