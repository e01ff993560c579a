const fastify = require('fastify')();
const knex = require('knex')({ client: 'pg', connection: process.env.DATABASE_URL });

async function stock(ids) {
  const list = ids.map(() => '?').join(', ');
  const result = await knex.raw(`SELECT sku, quantity FROM stock WHERE sku IN (${list})`, ids);
  return result.rows;
}

fastify.get('/stock', async (request, reply) => {
  const { sku = '' } = request.query;
  const ids = sku
    .split('|')
    .map((id) => id.trim())
    .filter(Boolean)
    .slice(0, 50);
  if (ids.length === 0) {
    return reply.code(400).send({ error: 'sku expected' });
  }
  const rows = await stock(ids);
  const missing = ids.filter((id) => !rows.some((row) => row.sku === id));
  return { rows, missing };
});

fastify.listen({ port: 3000 });
