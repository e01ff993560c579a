import { createServer } from 'node:http';
import { randomUUID } from 'node:crypto';
import { queryOf, reply } from './harbor/request.mjs';

const visits = new Map();

class Cookie {
  #flags = ['HttpOnly', 'SameSite=Lax', 'Path=/'];

  constructor(name, value) {
    this.name = name;
    this.value = value;
  }

  flag(text) {
    this.#flags.push(text);
    return this;
  }

  lasting(seconds) {
    return this.flag(`Max-Age=${seconds}`);
  }

  toString() {
    return [`${this.name}=${this.value}`, ...this.#flags].join('; ');
  }
}

function visitCookie(id) {
  return new Cookie('visit', id).lasting(3600).flag('Secure');
}

function currentVisit(req) {
  const found = /(?:^|;\s*)visit=([0-9a-f-]{36})/.exec(req.headers.cookie ?? '');
  return found ? visits.get(found[1]) : undefined;
}

createServer((req, res) => {
  const visit = currentVisit(req);
  if (visit) {
    visit.pages += 1;
    reply(res, 200, { pages: visit.pages });
    return;
  }
  const id = randomUUID();
  visits.set(id, { pages: 1, berth: Number(queryOf(req).get('berth')) || 0 });
  res.setHeader('Set-Cookie', String(visitCookie(id)));
  reply(res, 200, { pages: 1 });
}).listen(8083);
