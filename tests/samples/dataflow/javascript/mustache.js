const Mustache = require('mustache');

function template_text(req, res) {
  res.json(Mustache.render('<p>' + req.query.name + '</p>', {})); // expect: template-injection
}

function escaped(req, res) {
  res.send('<p>' + Mustache.escape(req.query.name) + '</p>');
}

function filled(req, res) {
  res.send(Mustache.render('<p>{{name}}</p>', { name: req.query.name }));
}

function other_engine(req, res) {
  return require('dot').template('<p>' + req.query.name + '</p>'); // expect: template-injection
}

function twig_data(req, res) {
  return require('twig').twig({ data: '<p>' + req.query.name + '</p>' }); // expect: template-injection
}

function filled_eta(req, res) {
  const { Eta } = require('eta');
  res.send(new Eta().renderString('<p><%= it.name %></p>', { name: req.query.name }));
}
