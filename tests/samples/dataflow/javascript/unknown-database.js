function statement(req, res, usersDb) {
  return usersDb.query('VACUUM ' + req.query.name); // expect: sql-injection
}

function answered(req, res, usersDb) {
  const rows = usersDb.all('SELECT * FROM users WHERE id = ?', [req.query.id]);
  res.send('<p>' + rows[0].name + '</p>');
}

function begun(req, res, holder) {
  holder.first.execute(`SELECT * FROM users WHERE name = '${req.query.name}'`); // expect: sql-injection
  holder.first.execute('find ' + req.query.name);
}
