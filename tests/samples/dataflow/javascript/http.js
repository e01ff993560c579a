const http = require('http');
const https = require('https');

function request_url() {
  return http.createServer((incoming, out) => {
    eval(incoming.url); // expect: code-injection
  });
}

function request_headers() {
  return http.createServer((incoming, out) => {
    eval(incoming.headers['x-code']); // expect: code-injection
  });
}

function request_data() {
  return http.createServer((incoming, out) => {
    incoming.on('data', (chunk) => {
      eval(chunk.toString()); // expect: code-injection
    });
  });
}

function request_stream() {
  return http.createServer(async (incoming, out) => {
    for await (const chunk of incoming) {
      eval(chunk.toString()); // expect: code-injection
    }
  });
}

function raw_body() {
  return http.createServer(async (incoming, out) => {
    eval(await require('raw-body')(incoming)); // expect: code-injection
  });
}

function sent_text() {
  return http.createServer((incoming, out) => {
    out.setHeader('Content-Type', 'text/html');
    out.end('<p>' + decodeURIComponent(incoming.url) + '</p>'); // expect: cross-site-scripting
  });
}

function sent_location() {
  return http.createServer((incoming, out) => {
    out.setHeader('Location', incoming.headers['x-next']); // expect: open-redirect
    out.end();
  });
}

function sent_head() {
  return http.createServer((incoming, out) => {
    out.writeHead(302, { Location: incoming.headers['x-next'] }); // expect: open-redirect
    out.end();
  });
}

function client_address(req, res) {
  https.get(req.query.url, () => {}); // expect: server-side-request-forgery
}

function client_host(req, res) {
  http.request({ hostname: req.query.host, path: '/' }); // expect: server-side-request-forgery
}

function client_second(req, res) {
  https.get('https://example.com/', { hostname: req.query.host }, () => {}); // expect: server-side-request-forgery
}

function socket_host(req, res) {
  require('net').connect({ host: req.query.host, port: 80 }); // expect: server-side-request-forgery
}

function cookie_header() {
  return http.createServer((incoming, out) => {
    out.setHeader('Set-Cookie', 'sid=abc; HttpOnly'); // expect: insecure-cookie
    out.end();
  });
}

function cookie_headers() {
  return http.createServer((incoming, out) => {
    out.setHeader('Set-Cookie', ['sid=abc; HttpOnly']); // expect: insecure-cookie
    out.end();
  });
}

function cookie_head() {
  return http.createServer((incoming, out) => {
    out.writeHead(200, { 'Set-Cookie': 'sid=abc; HttpOnly' }); // expect: insecure-cookie
    out.end();
  });
}

function html_header() {
  return http.createServer((incoming, out) => {
    out.setHeader('content-type', 'text/html; charset=utf-8');
    out.write(decodeURIComponent(incoming.url)); // expect: cross-site-scripting
  });
}

function html_head() {
  return http.createServer((incoming, out) => {
    out.writeHead(200, { 'Content-Type': 'text/html' });
    out.end(decodeURIComponent(incoming.url)); // expect: cross-site-scripting
  });
}

function html_head_small() {
  return http.createServer((incoming, out) => {
    out.writeHead(200, { 'content-type': 'text/html' });
    out.end(decodeURIComponent(incoming.url)); // expect: cross-site-scripting
  });
}

function server_handler() {
  return https.createServer({}, (question, answer) => {
    answer.writeHead(302, { Location: question.headers['x-next'] }); // expect: open-redirect
    answer.end();
  });
}

function request_event() {
  const server = http.createServer();
  server.on('request', (question, answer) => {
    eval(question.headers['x-code']); // expect: code-injection
  });
}

async function looked_up_host(req, res) {
  const { address } = await require('dns').promises.lookup(req.headers['x-target']);
  http.get({ host: address, path: '/' }, () => {}); // expect: server-side-request-forgery
}
