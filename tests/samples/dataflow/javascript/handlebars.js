const Handlebars = require('handlebars');

function template_text(req, res) {
  const page = Handlebars.compile('<p>' + req.query.name + '</p>'); // expect: template-injection
  return page;
}

function safe_string(req, res) {
  return new Handlebars.SafeString('<b>' + req.query.name + '</b>'); // expect: cross-site-scripting
}

function escaped(req, res) {
  res.send('<p>' + Handlebars.escapeExpression(req.query.name) + '</p>');
}

function filled(req, res) {
  const page = Handlebars.compile('<p>{{name}}</p>');
  res.send(page({ name: req.query.name }));
}
