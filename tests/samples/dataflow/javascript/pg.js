const { Pool, Client } = require('pg');
const format = require('pg-format');
const db = new Pool();

async function query(req, res) {
  await db.query(`SELECT * FROM users WHERE name = '${req.query.name}'`); // expect: sql-injection
}

async function query_options(req, res) {
  await db.query({ text: 'SELECT * FROM ' + req.query.table, values: [] }); // expect: sql-injection
}

async function promised(req, res) {
  const database = require('pg-promise')()('postgres://localhost');
  await database.any('SELECT * FROM users WHERE name = ' + req.query.name); // expect: sql-injection
}

async function unsafe(req, res) {
  const sql = require('postgres')();
  await sql.unsafe('SELECT * FROM users ORDER BY ' + req.query.order); // expect: sql-injection
}

async function escaped(req, res) {
  await db.query('SELECT * FROM users WHERE name = ' + db.escapeLiteral(req.query.name));
}

async function formatted(req, res) {
  await db.query(format('SELECT * FROM users WHERE name = %L', req.query.name));
}

function task(req, res) {
  require('pg-promise')()('postgres://localhost').tx(function step(work) {
    return work.none('DELETE FROM users WHERE id = ' + req.query.id); // expect: sql-injection
  });
}

function answered(req, res) {
  const { rows } = db.query('SELECT * FROM users WHERE id = $1', [req.query.id]);
  res.send('<p>' + rows[0].name + '</p>');
}
