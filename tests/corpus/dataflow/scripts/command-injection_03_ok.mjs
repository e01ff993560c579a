import Fastify from 'fastify';
import { execSync } from 'node:child_process';

const app = Fastify({ logger: true });

const units = new Map([
  ['web', 'nginx.service'],
  ['queue', 'rabbitmq-server.service'],
  ['cache', 'redis.service'],
]);

const pick = (name) => {
  const key = name?.trim().toLowerCase();
  return units.get(key) ?? units.get('web');
};

const verbs = {
  status: (unit) => ['systemctl', 'is-active', unit],
  since: (unit) => ['systemctl', 'show', '-p', 'ActiveEnterTimestamp', unit],
};

function report(kind, unit) {
  const words = kind === 'since' ? verbs.since(unit) : verbs.status(unit);
  try {
    return execSync(words.join(' '), { encoding: 'utf8', timeout: 3000 }).trim();
  } catch {
    return 'unknown';
  }
}

app.get('/units/:unit', async (request) => {
  const unit = pick(request.params.unit);
  const { kind } = request.query;
  return { state: report(kind, unit) };
});

await app.listen({ port: 3100, host: '127.0.0.1' });
