app.get("/go", (req, res) => res.redirect(PAGES[req.query.next] ?? "/"));
