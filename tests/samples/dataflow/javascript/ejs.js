const ejs = require('ejs');

function template_text(req, res) {
  res.json(ejs.render('<p>' + req.query.name + '</p>', {})); // expect: template-injection
}

function template_path(req, res) {
  ejs.renderFile('/srv/views/' + req.query.view, {}, () => {}); // expect: path-traversal
}

function escaped(req, res) {
  res.send('<p>' + ejs.escapeXML(req.query.name) + '</p>');
}

function filled(req, res) {
  res.send(ejs.render('<p><%= name %></p>', { name: req.query.name }));
}

function compiled(req, res) {
  const page = ejs.compile('<p><%= name %></p>');
  res.send(page({ name: req.query.name }));
}
