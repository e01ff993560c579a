import Fastify from 'fastify';
import knex from 'knex';

const db = knex({ client: 'pg', connection: process.env.PG });
const fastify = Fastify({ logger: true });

const filters = new Map([
  ['name', (q, v) => q.whereRaw(`lower(name) like '%${v}%'`)],
  ['city', (q, v) => q.where('city', v)],
]);

fastify.get('/customers', async (request, reply) => {
  let query = db('customers').select('id', 'name');
  for (const [key, value] of Object.entries(request.query)) {
    const apply = filters.get(key);
    if (!apply) continue;
    query = apply(query, value.toLowerCase());
  }
  return reply.send(await query.limit(50));
});

await fastify.listen({ port: 8080 });
