import Fastify from 'fastify';
import Database from 'better-sqlite3';
import { inline as sql } from './lib/statement.mjs';

const db = new Database('/var/lib/orders/orders.db', { readonly: true });
const app = Fastify();

function fetchAll({ text, values }) {
  return db.prepare(text).all(...values);
}

app.get('/orders', async (request, reply) => {
  const { customer, state = 'open' } = request.query;
  if (!customer) {
    return reply.code(400).send({ error: 'customer' });
  }
  const statement = sql`
    SELECT id, placed_at, total
      FROM orders
     WHERE customer_ref = ${customer}
       AND state = ${state}
     ORDER BY placed_at DESC`;
  return fetchAll(statement);
});

app.get('/orders/count', async () => {
  const [row] = db.prepare('SELECT count(*) AS n FROM orders').all();
  return { count: row.n };
});

app.listen({ port: 3000 });
