import Fastify, { FastifyRequest } from 'fastify';
import { execSync } from 'node:child_process';
import { isIP } from 'node:net';

const app = Fastify({ logger: true });

type Lookup = { Querystring: { address?: string; via?: string } };

class Resolver {
  constructor(private readonly server: string) {}

  reverse(address: string): string[] {
    const quoted = '"' + address.replace(/"/g, '\\"') + '"';
    const out = execSync(`dig +short @${this.server} -x ${quoted}`, { timeout: 3000 });
    return out.toString('utf8').trim().split('\n');
  }
}

const servers: Record<string, string> = { lan: '10.0.0.2', wan: '9.9.9.9' };

app.get('/lookup', async (req: FastifyRequest<Lookup>, reply) => {
  const address = String(req.query.address ?? '');
  const server = req.query.via === 'lan' ? servers.lan : servers.wan;
  if (isIP(address) === 0) {
    return reply.code(400).send({ error: 'not an address' });
  }
  const names = new Resolver(server).reverse(address);
  return { total: names.length };
});

app.listen({ port: 8080 });
