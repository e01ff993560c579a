const undici = require('undici');

function address(req, res) {
  return undici.request(req.query.url); // expect: server-side-request-forgery
}

function options(req, res) {
  return new undici.Agent().request({ origin: req.query.url, path: '/', method: 'GET' }); // expect: server-side-request-forgery
}

function answered(req, res) {
  const answer = undici.request('https://example.com/', { query: { q: req.query.q } });
  res.send('<p>' + (answer.body.text()) + '</p>');
}
