const express = require('express');
const app = express();

function query(req, res) {
  eval(req.query.code); // expect: code-injection
}

function body(req, res) {
  eval(req.body.code); // expect: code-injection
}

function params(req, res) {
  eval(req.params.code); // expect: code-injection
}

function cookies(req, res) {
  eval(req.cookies.code); // expect: code-injection
}

function headers(req, res) {
  eval(req.get('x-code')); // expect: code-injection
}

function address(req, res) {
  eval(decodeURIComponent(req.originalUrl)); // expect: code-injection
}

function host(req, res) {
  eval(req.hostname); // expect: code-injection
}

function upload(req, res) {
  eval(req.file.buffer.toString()); // expect: code-injection
}

function upload_name(req, res) {
  require('fs').writeFile('/srv/files/' + req.file.originalname, 'x', () => {}); // expect: path-traversal
}

function upload_moved(req, res) {
  req.files.photo.mv('/srv/files/' + req.query.name); // expect: path-traversal
}

function send(req, res) {
  res.status(200).send('<p>' + req.query.name + '</p>'); // expect: cross-site-scripting
}

function redirect(req, res) {
  res.redirect(req.query.next); // expect: open-redirect
}

function redirect_status(req, res) {
  res.redirect(302, req.query.next); // expect: open-redirect
}

function location(req, res) {
  res.location(req.query.next).status(302).end(); // expect: open-redirect
}

function location_header(req, res) {
  res.set('Location', req.query.next).status(302).end(); // expect: open-redirect
}

function location_headers(req, res) {
  res.set({ Location: req.query.next }); // expect: open-redirect
}

function send_file(req, res) {
  res.sendFile('/srv/files/' + req.query.name); // expect: path-traversal
}

function render_view(req, res) {
  res.render(req.query.view); // expect: path-traversal
}

function session_value(req, res) {
  req.session.role = req.body.role; // expect: trust-boundary
}

function session_merged(req, res) {
  Object.assign(req.session, req.body); // expect: trust-boundary
}

function answered(req, res) {
  const sent = res.json({ name: req.query.name });
  res.send('<p>' + sent + '</p>');
}

function cookie_plain(req, res) {
  res.cookie('sid', 'abc', { httpOnly: true }); // expect: insecure-cookie
}

function cookie_insecure(req, res) {
  res.cookie('sid', 'abc', { httpOnly: true, secure: false }); // expect: insecure-cookie
}

function cookie_value(req, res) {
  const visit = Math.random().toString(36);
  res.cookie('sid', visit, { secure: true, httpOnly: true }); // expect: weak-randomness
}

function plain_type(req, res) {
  res.type('text/plain');
  res.send(req.query.name);
}

function plain_header(req, res) {
  res.set('Content-Type', 'text/plain; charset=utf-8');
  res.send(req.query.name);
}

function plain_headers(req, res) {
  res.set({ 'Content-Type': 'text/plain' });
  res.send(req.query.name);
}

function saved_attachment(req, res) {
  res.attachment('report.html');
  res.send('<b>' + req.query.name);
}

function saved_header(req, res) {
  res.setHeader('Content-Disposition', `attachment; filename="${req.params.id}.html"`);
  res.send('<b>' + req.query.name);
}

function page_header(req, res) {
  res.set('Content-Type', 'text/html');
  res.end('<p>' + req.query.name + '</p>'); // expect: cross-site-scripting
}

function page_type(req, res) {
  res.type('html');
  res.end('<p>' + req.query.name + '</p>'); // expect: cross-site-scripting
}

function route(req, res) {
  app.get('/run', function route(asked, answer) {
    answer.redirect(asked.query.next); // expect: open-redirect
  });
}

function failed(err, req, res, next) {
  res.redirect(req.query.next); // expect: open-redirect
}

function failure(error, req, res, next) {
  res.redirect(req.query.next); // expect: open-redirect
}

function handler(req, res) {
  res.redirect(req.query.next); // expect: open-redirect
}

function spelled_out(request, response) {
  response.redirect(request.query.next); // expect: open-redirect
}

function underscored(_req, res) {
  res.redirect(_req.query.next); // expect: open-redirect
}

function parameter(req, res) {
  app.param('id', function parameter(asked, answer, next, id) {
    eval(id); // expect: code-injection
  });
}

function own_host(req, res) {
  res.redirect('https://' + req.get('host') + '/login');
  fetch('https://' + req.get('host') + '/login'); // expect: server-side-request-forgery
}
