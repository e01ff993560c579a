app.get("/", (req, res) => { const pages = Number(req.query.pages); child_process.exec("ls " + pages); });
