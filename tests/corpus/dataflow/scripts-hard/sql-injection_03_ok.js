'use strict';

const Hapi = require('@hapi/hapi');
const knexFactory = require('knex');

const knex = knexFactory({ client: 'pg', connection: process.env.DATABASE_URL });

const doubleQuotes = (text) => String(text).replace(/'/g, "''");

async function searchReadings(request, h) {
  const { sensor, minimum } = request.query;
  const query = knex('readings').select('sensor', 'value', 'taken_at').limit(200);
  if (sensor) {
    query.whereRaw(`sensor = '${doubleQuotes('s-')}' || ?`, [sensor]);
  }
  if (minimum) {
    query.andWhereRaw('value >= ?', [doubleQuotes(minimum)]);
  }
  return h.response(await query.orderBy('taken_at', 'desc'));
}

async function start() {
  const server = Hapi.server({ port: 4000, host: '0.0.0.0' });
  server.route({ method: 'GET', path: '/readings', handler: searchReadings });
  await server.start();
}

start();
