const knex = require('knex')({ client: 'pg' });

async function raw(req, res) {
  await knex('users').whereRaw("name = '" + req.query.name + "'"); // expect: sql-injection
}

function kysely_raw(req, res) {
  return require('kysely').sql.raw('name = ' + req.query.name); // expect: sql-injection
}

async function bound(req, res) {
  await knex.raw(knex('users').where('name', req.query.name).toString());
}

function answered(req, res) {
  const found = knex.raw('SELECT * FROM users WHERE id = ?', [req.query.id]);
  res.send('<p>' + found.rows[0].name + '</p>');
}
