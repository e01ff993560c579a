const Hapi = require('@hapi/hapi');
const server = Hapi.server({ port: 3000 });

function query(request, h) {
  eval(request.query.code); // expect: code-injection
  return h.continue;
}

function payload(request, h) {
  eval(request.payload.code); // expect: code-injection
  return h.continue;
}

function params(request, h) {
  eval(request.params.code); // expect: code-injection
  return h.continue;
}

function state(request, h) {
  eval(request.state.code); // expect: code-injection
  return h.continue;
}

function headers(request, h) {
  eval(request.headers['x-code']); // expect: code-injection
  return h.continue;
}

function address(request, h) {
  eval(request.path); // expect: code-injection
  return h.continue;
}

function redirected(request, h) {
  return h.redirect(request.query.next); // expect: open-redirect
}

function sent_file(request, h) {
  return h.file('/srv/files/' + request.query.name); // expect: path-traversal
}

function rendered(request, h) {
  return h.view(request.query.view); // expect: path-traversal
}

function page_sent(request, h) {
  return h.response('<p>' + request.query.name + '</p>'); // expect: cross-site-scripting
}

function session_set(request, h) {
  request.yar.set('role', request.payload.role); // expect: trust-boundary
  return h.continue;
}

function answered(request, h) {
  return h.response({ name: request.query.name });
}

function cookie_sent(request, h) {
  h.state('sid', 'abc', { isSecure: false }); // expect: insecure-cookie
  return h.continue;
}

function yar_insecure() {
  server.register({ plugin: require('@hapi/yar'), options: { cookieOptions: { isSecure: false } } }); // expect: insecure-cookie
}

function strategy_insecure() {
  server.auth.strategy('session', 'cookie', { cookie: { isSecure: false } }); // expect: insecure-cookie
}

function cookie_insecure() {
  server.state('sid', { isSecure: false, isHttpOnly: true }); // expect: insecure-cookie
}

function handler(request, h) {
  return '<p>' + request.query.name + '</p>'; // expect: cross-site-scripting
}

function route(req, res) {
  server.route({
    method: 'GET',
    path: '/',
    handler: function route(asked) {
      return '<p>' + asked.query.name + '</p>'; // expect: cross-site-scripting
    },
  });
}
