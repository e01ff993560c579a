const { Sequelize, literal } = require('sequelize');
const db = new Sequelize('sqlite::memory:');

async function query(req, res) {
  await db.query(`SELECT * FROM users WHERE name = '${req.query.name}'`); // expect: sql-injection
}

async function query_options(req, res) {
  await db.query({ query: 'SELECT * FROM ' + req.query.table, values: [] }); // expect: sql-injection
}

function literal_text(req, res) {
  return literal('name = ' + req.query.name); // expect: sql-injection
}

async function escaped(req, res) {
  await db.query('SELECT * FROM users WHERE name = ' + db.escape(req.query.name));
}

function answered(req, res) {
  const found = db.query('SELECT * FROM users WHERE id = ?', { replacements: [req.query.id] });
  res.send('<p>' + found[0] + '</p>');
}
