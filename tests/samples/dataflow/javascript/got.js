const got = require('got');
const fetch = require('node-fetch');

function address(req, res) {
  return got(req.query.url); // expect: server-side-request-forgery
}

function options(req, res) {
  return got({ url: req.query.url }); // expect: server-side-request-forgery
}

function fetched(req, res) {
  return fetch(req.query.url); // expect: server-side-request-forgery
}

function second(req, res) {
  return require('needle')('get', req.query.url); // expect: server-side-request-forgery
}

function answered(req, res) {
  const answer = got('https://example.com/', { searchParams: { q: req.query.q } });
  res.send('<p>' + answer.body + '</p>');
}
