import { readFileSync } from 'node:fs';
import Fastify from 'fastify';
import xpath from 'xpath';
import { DOMParser } from '@xmldom/xmldom';

const server = Fastify();
const source = readFileSync('data/routes.xml', 'utf8');
const doc = new DOMParser().parseFromString(source, 'application/xml') as unknown as Node;

function literal(value: string): string {
  return `'${value.replace(/\\/g, '\\\\').replace(/'/g, "\\'")}'`;
}

server.get<{ Querystring: { from: string; to: string } }>('/routes', async (request, reply) => {
  const { from, to } = request.query;
  if (typeof from !== 'string' || typeof to !== 'string') {
    return reply.code(400).send({ error: 'from and to expected' });
  }
  const conditions = [`@from=${literal(from)}`, `@to=${literal(to)}`, "@listed='1'"];
  const nodes = xpath.select(`/routes/route[${conditions.join(' and ')}]`, doc) as Element[];
  return { count: nodes.length, codes: nodes.map((node) => node.getAttribute('code')) };
});

server.listen({ port: 3000 });
