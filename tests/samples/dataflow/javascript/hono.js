import { Hono } from 'hono';
import { getCookie, setCookie, setSignedCookie } from 'hono/cookie';
import { html, raw } from 'hono/html';
import { exec } from 'node:child_process';

const app = new Hono();

app.get('/query', function query(c) {
  exec(c.req.query('command')); // expect: command-injection
});

app.get('/run/:command', function parameter(c) {
  const { command } = c.req.param();
  exec(command); // expect: command-injection
});

app.post('/', async function body(c) {
  const { command } = await c.req.json();
  exec(command); // expect: command-injection
});

app.get('/headers', function headers(c) {
  exec(c.req.header('x-command')); // expect: command-injection
});

app.get('/*', function address(c) {
  exec(decodeURIComponent(c.req.path)); // expect: command-injection
});

app.get('/whole', function whole_address(c) {
  exec(decodeURIComponent(c.req.url)); // expect: command-injection
});

app.get('/cookies', function cookies(c) {
  exec(getCookie(c, 'command')); // expect: command-injection
});

app.get('/page', function page(c) {
  return c.html('<p>' + c.req.query('name')); // expect: cross-site-scripting
});

app.get('/redirect', function redirected(c) {
  return c.redirect(c.req.query('next')); // expect: open-redirect
});

app.get('/location', function location(c) {
  c.header('Location', c.req.query('next')); // expect: open-redirect
  return c.body(null, 302);
});

app.get('/raw', function raw_markup(c) {
  return c.html(html`<p>${raw(c.req.query('name'))}</p>`); // expect: cross-site-scripting
});

app.get('/plain', function cookie_plain(c) {
  setCookie(c, 'sid', 'abc', { httpOnly: true }); // expect: insecure-cookie
});

app.get('/insecure', function cookie_insecure(c) {
  setCookie(c, 'sid', 'abc', { secure: false }); // expect: insecure-cookie
});

app.get('/signed', async function signed_plain(c) {
  await setSignedCookie(c, 'sid', 'abc', process.env.SECRET, { httpOnly: true }); // expect: insecure-cookie
});

app.get('/open', async function signed_insecure(c) {
  await setSignedCookie(c, 'sid', 'abc', process.env.SECRET, { secure: false }); // expect: insecure-cookie
});

app.get('/answered', function answered(c) {
  exec('log ' + c.text(c.req.query('name')));
});

app.onError(function failed(error, c) {
  return c.redirect(c.req.query('next')); // expect: open-redirect
});

app.get('/escaped', function escaped(c) {
  return c.html(html`<p>${c.req.query('name')}</p>`);
});
