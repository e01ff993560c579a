import { createServer } from 'node:http';
import { randomBytes } from 'node:crypto';

const sessions = new Map();

class SetCookie {
  #parts;

  constructor(name, value) {
    this.#parts = [`${name}=${value}`];
  }

  with(attribute, value) {
    this.#parts.push(value === undefined ? attribute : `${attribute}=${value}`);
    return this;
  }

  toString() {
    return this.#parts.join('; ');
  }
}

function open() {
  const id = randomBytes(24).toString('hex');
  sessions.set(id, { opened: Date.now() });
  return new SetCookie('session', id).with('Path', '/').with('HttpOnly').with('Secure').with('SameSite', 'Lax');
}

const server = createServer((req, res) => {
  if (req.url === '/open' && req.method === 'POST') {
    res.setHeader('Set-Cookie', [open().toString()]);
    res.statusCode = 204;
  } else {
    res.statusCode = 404;
  }
  res.end();
});

server.listen(8443, '127.0.0.1');
