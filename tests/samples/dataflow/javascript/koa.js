const Koa = require('koa');
const Router = require('@koa/router');
const app = new Koa();
const router = new Router();

async function query(ctx) {
  eval(ctx.query.code); // expect: code-injection
}

async function body(ctx) {
  eval(ctx.request.body.code); // expect: code-injection
}

async function params(ctx) {
  eval(ctx.params.code); // expect: code-injection
}

async function cookies(ctx) {
  eval(ctx.cookies.get('code')); // expect: code-injection
}

async function headers(ctx) {
  eval(ctx.get('x-code')); // expect: code-injection
}

async function address(ctx) {
  eval(decodeURIComponent(ctx.path)); // expect: code-injection
}

async function page_body(ctx) {
  ctx.body = '<p>' + ctx.query.name + '</p>'; // expect: cross-site-scripting
}

async function redirected(ctx) {
  ctx.redirect(ctx.query.next); // expect: open-redirect
}

async function location(ctx) {
  ctx.set('Location', ctx.query.next); // expect: open-redirect
}

async function sent_file(ctx) {
  await require('koa-sendfile')(ctx, '/srv/files/' + ctx.query.name); // expect: path-traversal
}

async function rendered(ctx) {
  await ctx.render(ctx.query.view); // expect: path-traversal
}

async function session_value(ctx) {
  ctx.session.role = ctx.request.body.role; // expect: trust-boundary
}

async function session_merged(ctx) {
  Object.assign(ctx.session, ctx.request.body); // expect: trust-boundary
}

async function cookie_plain(ctx) {
  ctx.cookies.set('sid', 'abc', { httpOnly: true }); // expect: insecure-cookie
}

async function cookie_insecure(ctx) {
  ctx.cookies.set('sid', 'abc', { secure: false }); // expect: insecure-cookie
}

async function cookie_value(ctx) {
  const visit = Math.random().toString(36);
  ctx.cookies.set('sid', visit, { secure: true }); // expect: weak-randomness
}

async function plain_type(ctx) {
  ctx.type = 'text/plain';
  ctx.body = ctx.query.name;
}

async function plain_header(ctx) {
  ctx.set('Content-Type', 'text/plain');
  ctx.body = ctx.query.name;
}

function middleware(req, res) {
  app.use(async function middleware(context, next) {
    context.redirect(context.query.next); // expect: open-redirect
  });
}

function route(req, res) {
  router.get('/run', async function route(context) {
    context.redirect(context.query.next); // expect: open-redirect
  });
}

async function full_address(ctx) {
  eval(decodeURIComponent(ctx.href)); // expect: code-injection
}

function saved(ctx) {
  ctx.attachment('report.html');
  ctx.body = '<b>' + ctx.query.name;
}
