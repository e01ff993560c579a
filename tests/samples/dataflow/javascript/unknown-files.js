function opened(req, res) {
  req.app.locals.compiler.outputFileSystem.readFileSync('/srv/' + req.query.name); // expect: path-traversal
}

function read(req, res) {
  const stream = req.app.locals.compiler.outputFileSystem.createReadStream('/srv/page', { start: req.headers.range });
  res.send(stream);
}
