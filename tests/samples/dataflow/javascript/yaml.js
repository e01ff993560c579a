const yaml = require('js-yaml');
const types = require('js-yaml-js-types');

function full_schema(req, res) {
  return yaml.load(req.body, { schema: yaml.DEFAULT_FULL_SCHEMA }); // expect: unsafe-deserialization
}

function extended_schema(req, res) {
  const schema = yaml.DEFAULT_SCHEMA.extend(types.all);
  return yaml.load(req.body, { schema }); // expect: unsafe-deserialization
}

function extended_schema_all(req, res) {
  const schema = yaml.DEFAULT_SCHEMA.extend(types.all);
  return yaml.loadAll(req.body, null, { schema }); // expect: unsafe-deserialization
}

function old_load(req, res) {
  return yaml.unsafeLoad(req.body); // expect: unsafe-deserialization
}

function function_schema(req, res) {
  const schema = yaml.DEFAULT_SCHEMA.extend([types.function]);
  return yaml.load(req.body, { schema }); // expect: unsafe-deserialization
}

function one_function_schema(req, res) {
  const schema = yaml.DEFAULT_SCHEMA.extend(types.function);
  return yaml.load(req.body, { schema }); // expect: unsafe-deserialization
}

function explicit_schema(req, res) {
  const schema = yaml.DEFAULT_SCHEMA.extend({ explicit: types.all });
  return yaml.load(req.body, { schema }); // expect: unsafe-deserialization
}
