import http from 'node:http';
import { randomUUID } from 'node:crypto';
import * as cookie from 'cookie';

const visits = new Map();

function sessionCookie(id, { secure = false, maxAge = 1800 } = {}) {
  return cookie.serialize('session', id, {
    httpOnly: true,
    sameSite: 'lax',
    path: '/',
    secure,
    maxAge,
  });
}

function currentSession(req) {
  const { session } = cookie.parse(req.headers.cookie ?? '');
  return session !== undefined && visits.has(session) ? session : null;
}

const server = http.createServer((req, res) => {
  let id = currentSession(req);
  if (id === null) {
    id = randomUUID();
    visits.set(id, 0);
    res.setHeader('Set-Cookie', sessionCookie(id, { maxAge: 3600 }));
  }
  const count = visits.get(id) + 1;
  visits.set(id, count);
  res.writeHead(200, { 'content-type': 'application/json' });
  res.end(JSON.stringify({ count }));
});

server.listen(Number(process.env.PORT ?? 8080));
