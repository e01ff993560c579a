const cookie = require('cookie');
const Cookies = require('cookies');
const jsCookie = require('js-cookie');

function read(req, res) {
  eval(new Cookies(req, res).get('code')); // expect: code-injection
}

function serialized_plain(req, res) {
  res.setHeader('Set-Cookie', cookie.serialize('sid', 'abc', { httpOnly: true })); // expect: insecure-cookie
}

function serialized_insecure(req, res) {
  res.setHeader('Set-Cookie', cookie.serialize('sid', 'abc', { secure: false })); // expect: insecure-cookie
}

function jar_plain(req, res) {
  new Cookies(req, res).set('sid', 'abc', { httpOnly: true }); // expect: insecure-cookie
}

function jar_insecure(req, res) {
  new Cookies(req, res).set('sid', 'abc', { secure: false }); // expect: insecure-cookie
}

function page_plain() {
  jsCookie.set('sid', 'abc', { sameSite: 'lax' }); // expect: insecure-cookie
}

function page_insecure() {
  jsCookie.set('sid', 'abc', { secure: false }); // expect: insecure-cookie
}

function jar_secure(req, res) {
  new Cookies(req, res, { keys: ['k'], secure: true }).set('sid', 'abc', { signed: true });
}

function jar_open(req, res) {
  const jar = new Cookies(req, res, { keys: ['k'], secure: false }); // expect: insecure-cookie
  jar.set('sid', 'abc', { signed: true });
}
