import { createServer } from 'node:http';
import { readBody, reply } from './harbor/request.mjs';
import { drawer, stepper } from './harbor/random.mjs';

const guests = new Map();

const sources = { token: drawer(), berth: stepper(7) };

function accessToken(draw, groups = 6) {
  const parts = [];
  for (let i = 0; i < groups; i += 1) {
    parts.push(Math.floor(draw() * 0x100000000).toString(16).padStart(8, '0'));
  }
  return parts.join('-');
}

async function arrive(req, res) {
  const { name = 'guest' } = JSON.parse((await readBody(req)) || '{}');
  const berth = 1 + Math.floor(sources.berth() * 60);
  const token = accessToken(sources.token);
  guests.set(token, { name: String(name), berth });
  reply(res, 201, { berth, token });
}

function open(req, res) {
  const token = (req.headers.authorization ?? '').replace(/^Bearer /, '');
  const guest = guests.get(token);
  if (guest) reply(res, 200, { gate: 'open', berth: guest.berth });
  else reply(res, 401, { gate: 'closed' });
}

createServer((req, res) => {
  if (req.method === 'POST' && req.url === '/arrivals') {
    arrive(req, res).catch(() => reply(res, 400, { error: 'not understood' }));
  } else if (req.method === 'POST' && req.url === '/gate') {
    open(req, res);
  } else {
    reply(res, 404, { error: 'not found' });
  }
}).listen(8085);
