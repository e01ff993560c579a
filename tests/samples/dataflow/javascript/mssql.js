const sql = require('mssql');
const oracledb = require('oracledb');

async function query(req, res) {
  await new sql.Request().query(`SELECT * FROM users WHERE name = '${req.query.name}'`); // expect: sql-injection
}

async function oracle(req, res) {
  const connection = await oracledb.getConnection({});
  await connection.execute('SELECT * FROM users WHERE name = ' + req.query.name); // expect: sql-injection
}

function tedious(req, res) {
  return new (require('tedious').Request)('DELETE FROM users WHERE id = ' + req.query.id, () => {}); // expect: sql-injection
}

async function answered(req, res) {
  const connection = await oracledb.getConnection({});
  const found = connection.execute('SELECT * FROM users WHERE id = :id', [req.query.id]);
  res.send('<p>' + found.rows[0] + '</p>');
}
