const serialize = require('node-serialize');
const toSource = require('serialize-javascript');

function unserialized(req, res) {
  return serialize.unserialize(req.body.state); // expect: unsafe-deserialization
}

function safe_source(req, res) {
  res.send('<script>state = ' + toSource(req.body) + '</script>');
}
