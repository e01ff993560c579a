app.get("/", (req, res) => { const command = "ls " + req.query.dir; child_process.exec(command); });
