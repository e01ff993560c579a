const mysql = require('mysql2');
const db = mysql.createConnection({});

function query(req, res) {
  db.query("SELECT * FROM users WHERE name = '" + req.query.name + "'", () => {}); // expect: sql-injection
}

function query_options(req, res) {
  db.query({ sql: 'SELECT * FROM ' + req.query.table, timeout: 10 }, () => {}); // expect: sql-injection
}

function escaped(req, res) {
  db.query('SELECT * FROM users WHERE name = ' + mysql.escape(req.query.name));
}

function formatted(req, res) {
  db.query(mysql.format('SELECT * FROM users WHERE name = ?', [req.query.name]));
}

function formatted_text(req, res) {
  return mysql.format('SELECT * FROM ' + req.query.table + ' WHERE id = ?', [1]); // expect: sql-injection
}

function answered(req, res) {
  const [rows] = db.promise().query('SELECT * FROM users WHERE id = ?', [req.query.id]);
  res.send('<p>' + rows[0].name + '</p>');
}
