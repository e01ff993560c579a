import { createServer } from 'node:http';
import { randomBytes } from 'node:crypto';

const sessions = new Map();

function setCookie(res, name, value, attributes = {}) {
  const parts = [`${name}=${encodeURIComponent(value)}`];
  for (const [attribute, setting] of Object.entries(attributes)) {
    if (setting === true) {
      parts.push(attribute);
    } else if (setting !== false && setting !== undefined) {
      parts.push(`${attribute}=${setting}`);
    }
  }
  res.appendHeader('Set-Cookie', parts.join('; '));
}

function startSession(req, res, user) {
  const id = randomBytes(32).toString('base64url');
  sessions.set(id, { user, startedAt: Date.now() });
  setCookie(res, 'session', id, {
    Path: '/',
    HttpOnly: true,
    Secure: Boolean(req.socket.encrypted),
    SameSite: 'Lax',
    'Max-Age': 3600,
  });
}

const server = createServer((req, res) => {
  if (req.method === 'POST' && req.url === '/session') {
    startSession(req, res, 'guest');
    setCookie(res, 'theme', 'light', { Path: '/', Secure: true });
    res.writeHead(204).end();
    return;
  }
  res.writeHead(404).end();
});

server.listen(8080);
