const _ = require('lodash');

function template_text(req, res) {
  return _.template('<p>' + req.query.name + '</p>'); // expect: template-injection
}

function template_options(req, res) {
  return _.template('<p>x</p>', { variable: req.query.name }); // expect: template-injection
}

function merged(req, res) {
  _.merge({}, JSON.parse(req.query.options)); // expect: prototype-pollution
}

function path_set(req, res) {
  _.set({}, req.query.path, req.query.value); // expect: prototype-pollution
}

function zipped(req, res) {
  return _.zipObjectDeep(Object.keys(req.body), [1]); // expect: prototype-pollution
}

function random_number(req, res) {
  const resetToken = String(_.random(100000, 999999)); // expect: weak-randomness
  return resetToken;
}

function escaped(req, res) {
  res.send('<p>' + _.escape(req.query.name) + '</p>');
}

function number(req, res) {
  eval('price * ' + _.toInteger(req.query.count));
}

function boolean(req, res) {
  res.send('<b>' + _.isEmpty(req.query.q) + '</b>');
}

function same_text(req, res) {
  const id = _.toString(req.query.id);
  if (/^[a-z]+$/.test(req.query.id)) {
    eval('run_' + id);
  }
}
