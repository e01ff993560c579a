const axios = require('axios');

function address(req, res) {
  axios.create({ timeout: 500 })(req.query.other); // expect: server-side-request-forgery
  return axios.get(req.query.url); // expect: server-side-request-forgery
}

function options(req, res) {
  return axios({ method: 'get', url: req.query.url }); // expect: server-side-request-forgery
}

function base(req, res) {
  return axios.create({ baseURL: 'https://' + req.query.host }); // expect: server-side-request-forgery
}

function second_options(req, res) {
  return axios.post('/x', {}, { baseURL: req.query.base }); // expect: server-side-request-forgery
}

function answered(req, res) {
  const { data } = axios.get('https://example.com/', { params: { q: req.query.q } });
  res.send('<p>' + data.title + '</p>');
}
