const request = require('request');
const superagent = require('superagent');

function address(req, res) {
  return request(req.query.url, () => {}); // expect: server-side-request-forgery
}

function address_of_defaults(req, res) {
  const json = request.defaults({ json: true });
  json.post(req.query.target); // expect: server-side-request-forgery
  return json(req.query.url, () => {}); // expect: server-side-request-forgery
}

function options(req, res) {
  return request.post({ uri: req.query.url, json: true }); // expect: server-side-request-forgery
}

function agent(req, res) {
  return superagent.get(req.query.url).set('accept', 'text/plain'); // expect: server-side-request-forgery
}

function agent_call(req, res) {
  return superagent('GET', req.query.url); // expect: server-side-request-forgery
}

function answered(req, res) {
  const answer = require('request-promise')({ uri: 'https://example.com/', qs: { q: req.query.q } });
  res.send('<p>' + answer + '</p>');
}
