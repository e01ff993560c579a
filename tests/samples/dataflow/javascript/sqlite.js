const sqlite3 = require('sqlite3');
const Database = require('better-sqlite3');
const old = new sqlite3.Database(':memory:');
const db = new Database(':memory:');

function run(req, res) {
  old.all("SELECT * FROM users WHERE name = '" + req.query.name + "'", () => {}); // expect: sql-injection
}

function prepare(req, res) {
  return db.prepare("SELECT * FROM users WHERE name = '" + req.query.name + "'").all(); // expect: sql-injection
}

async function execute(req, res) {
  await require('@libsql/client').createClient({}).execute('SELECT * FROM ' + req.query.table); // expect: sql-injection
}

async function execute_options(req, res) {
  await require('@libsql/client').createClient({}).execute({ sql: 'SELECT * FROM ' + req.query.table, args: [] }); // expect: sql-injection
}

function answered(req, res) {
  const row = db.prepare('SELECT * FROM users WHERE id = ?').get(req.query.id);
  res.send('<p>' + row.name + '</p>');
}
