const got = require('got');
const fetch = require('node-fetch');

function address(req, res) {
  return got(req.query.url); // expect: server-side-request-forgery
}

function made_before(req, res) {
  const client = got.extend({ retry: { limit: 0 } });
  client.stream(req.query.stream).pipe(res); // expect: server-side-request-forgery
  require('ky').create({ timeout: 500 }).get(req.query.page); // expect: server-side-request-forgery
  return client(req.query.url); // expect: server-side-request-forgery
}

function prefixed(req, res) {
  const client = got.extend({ prefixUrl: 'https://example.com/items' });
  client.post(req.query.item);
  client.extend({ retry: { limit: 0 } }).get(req.query.item);
  return client(req.query.item);
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
