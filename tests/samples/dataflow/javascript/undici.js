const undici = require('undici');

function address(req, res) {
  return undici.request(req.query.url); // expect: server-side-request-forgery
}

function options(req, res) {
  return new undici.Agent().request({ origin: req.query.url, path: '/', method: 'GET' }); // expect: server-side-request-forgery
}
