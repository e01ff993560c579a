import Hapi from '@hapi/hapi';
import Boom from '@hapi/boom';
import knex from 'knex';

const db = knex({ client: 'pg', connection: process.env.DATABASE_URL });

interface Period {
  from: string;
  days: string;
}

function period(query: Record<string, unknown>): Period {
  const { from = '2024-01-01', days = '30' } = query as Partial<Period>;
  const length = Number.parseInt(days, 10);
  if (Number.isNaN(length) || length < 1) {
    throw Boom.badRequest('days');
  }
  return { from, days: length.toFixed(0) };
}

const server = Hapi.server({ port: 4000 });

server.route({
  method: 'GET',
  path: '/usage/{meter}',
  handler: async (request) => {
    const { from, days } = period(request.query);
    const rows = await db('readings')
      .select('read_at', 'kwh')
      .where('meter_id', Number(request.params.meter))
      .whereRaw(`read_at BETWEEN ?::date AND ?::date + INTERVAL '${days} days'`, [from, from])
      .orderBy('read_at');
    return { rows };
  },
});

void server.start();
