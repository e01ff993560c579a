const deepmerge = require('deepmerge');
const objectPath = require('object-path');

function merged(req, res) {
  deepmerge({}, JSON.parse(req.query.options)); // expect: prototype-pollution
}

function extended(req, res) {
  require('extend')(true, {}, JSON.parse(req.query.options)); // expect: prototype-pollution
}

function path_set(req, res) {
  objectPath.set({}, req.query.path, req.query.value); // expect: prototype-pollution
}

function unfolded(req, res) {
  require('flat').unflatten(req.body); // expect: prototype-pollution
}
