const util = require('util');
const { exec } = require('child_process');

function inspected_type(req, res) {
  res.send('<b>' + util.isDeepStrictEqual(req.query, {}) + '</b>');
}

function v8_value(req, res) {
  return require('v8').deserialize(Buffer.from(req.query.state, 'base64')); // expect: unsafe-deserialization
}
