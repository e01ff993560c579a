app.get("/", (req, res) => { const q = `SELECT * FROM t WHERE n = '${req.query.n}'`; db.query(q); });
