const nunjucks = require('nunjucks');

function template_text(req, res) {
  res.json(nunjucks.renderString('<p>' + req.query.name + '</p>', {})); // expect: template-injection
}

function named_template(req, res) {
  res.json(nunjucks.render(req.query.view, {})); // expect: path-traversal
}

function escaped(req, res) {
  res.send('<p>' + nunjucks.lib.escape(req.query.name) + '</p>');
}

function filled(req, res) {
  const env = nunjucks.configure({ autoescape: true });
  res.send(env.renderString('<p>{{ name }}</p>', { name: req.query.name }));
}

function compiled(req, res) {
  const page = nunjucks.compile('<p>{{ name }}</p>');
  res.send(page.render({ name: req.query.name }));
}

function raw_environment(req, res) {
  const env = new nunjucks.Environment(null, { autoescape: false });
  res.send(env.renderString('<p>{{ name }}</p>', { name: req.query.name })); // expect: cross-site-scripting
}

function raw_settings(req, res) {
  const env = nunjucks.configure({ autoescape: false });
  res.send(env.renderString('<p>{{ name }}</p>', { name: req.query.name })); // expect: cross-site-scripting
}

function raw_template(req, res) {
  const env = new nunjucks.Environment(null, { autoescape: false });
  const page = nunjucks.compile('<p>{{ name }}</p>', env);
  res.send(page.render({ name: req.query.name })); // expect: cross-site-scripting
}
