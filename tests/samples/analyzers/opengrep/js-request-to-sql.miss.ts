app.get("/", (req, res) => { const q = "SELECT * FROM t WHERE n = ?"; db.query(q, [req.query.n]); });
