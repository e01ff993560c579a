const fastify = require('fastify')();

async function query(request, reply) {
  eval(request.query.code); // expect: code-injection
}

async function body(request, reply) {
  eval(request.body.code); // expect: code-injection
}

async function params(request, reply) {
  eval(request.params.code); // expect: code-injection
}

async function headers(request, reply) {
  eval(request.headers['x-code']); // expect: code-injection
}

async function cookies(request, reply) {
  eval(request.cookies.code); // expect: code-injection
}

async function address(request, reply) {
  eval(decodeURIComponent(request.url)); // expect: code-injection
}

async function host(request, reply) {
  eval(request.hostname); // expect: code-injection
}

async function upload(request, reply) {
  const part = await request.file();
  require('fs').writeFileSync('/srv/files/' + part.filename, 'x'); // expect: path-traversal
}

async function page_sent(request, reply) {
  reply.type('text/html').send('<p>' + request.query.name + '</p>'); // expect: cross-site-scripting
}

async function redirected(request, reply) {
  return reply.redirect(request.query.next); // expect: open-redirect
}

async function redirected_status(request, reply) {
  return reply.redirect(302, request.query.next); // expect: open-redirect
}

async function location(request, reply) {
  return reply.code(302).header('location', request.query.next).send(); // expect: open-redirect
}

async function sent_file(request, reply) {
  return reply.sendFile('x', request.query.folder); // expect: path-traversal
}

async function rendered(request, reply) {
  return reply.view(request.query.view); // expect: path-traversal
}

async function session_value(request, reply) {
  request.session.role = request.body.role; // expect: trust-boundary
}

async function session_set(request, reply) {
  request.session.set('role', request.body.role); // expect: trust-boundary
}

async function cookie_plain(request, reply) {
  reply.setCookie('sid', 'abc', { httpOnly: true }); // expect: insecure-cookie
}

async function cookie_insecure(request, reply) {
  reply.setCookie('sid', 'abc', { secure: false }); // expect: insecure-cookie
}

async function cookie_value(request, reply) {
  const visit = Math.random().toString(36);
  reply.setCookie('sid', visit, { secure: true }); // expect: weak-randomness
}

async function page_type(request, reply) {
  reply.type('text/html');
  reply.send('<p>' + request.query.name + '</p>'); // expect: cross-site-scripting
}

async function page_header(request, reply) {
  reply.header('Content-Type', 'text/html; charset=utf-8');
  reply.send('<p>' + request.query.name + '</p>'); // expect: cross-site-scripting
}

function route(req, res) {
  fastify.get('/run', async function route(asked, answer) {
    return answer.redirect(asked.query.next); // expect: open-redirect
  });
}

function hook(req, res) {
  fastify.addHook('preHandler', async function hook(asked, answer) {
    return answer.redirect(asked.query.next); // expect: open-redirect
  });
}

async function handler(request, reply) {
  return reply.redirect(request.query.next); // expect: open-redirect
}

async function short_handler(req, reply) {
  return reply.redirect(req.query.next); // expect: open-redirect
}
