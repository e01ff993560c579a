const pug = require('pug');

function template_text(req, res) {
  res.json(pug.render('p ' + req.query.name)); // expect: template-injection
}

function template_path(req, res) {
  res.json(pug.renderFile('/srv/views/' + req.query.view)); // expect: path-traversal
}

function filled(req, res) {
  res.send(pug.render('p= name', { name: req.query.name }));
}

function compiled(req, res) {
  const page = pug.compile('p= name');
  res.send(page({ name: req.query.name }));
}

function template_options(req, res) {
  res.json(pug.render('p x', { globals: [], pretty: req.query.pretty })); // expect: template-injection
}
