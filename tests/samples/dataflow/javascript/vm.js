const vm = require('vm');

function vm_run(req, res) {
  vm.runInNewContext(req.query.code, {}); // expect: code-injection
}

function vm_script(req, res) {
  return new vm.Script(req.query.code); // expect: code-injection
}

function vm2_run(req, res) {
  return new (require('vm2').VM)().run(req.query.code); // expect: code-injection
}

function evaluated(req, res) {
  return require('safe-eval')(req.query.code); // expect: code-injection
}
