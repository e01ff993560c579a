function statement(req, res, db) {
  return db.query('VACUUM ' + req.query.name); // expect: sql-injection
}

async function answered(req, res, db) {
  const rows = await db.query('SELECT * FROM users WHERE id = ?', [req.query.id]);
  res.send('<p>' + rows[0].name + '</p>');
}

function begun(req, res, holder) {
  holder.first.execute(`SELECT * FROM users WHERE name = '${req.query.name}'`); // expect: sql-injection
  holder.first.execute('find ' + req.query.name);
}
