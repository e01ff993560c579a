function statement(req, res, db) {
  return db.query("SELECT * FROM users WHERE name = '" + req.query.name + "'"); // expect: sql-injection
}
