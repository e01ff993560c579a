const escapeHtml = require('escape-html');
const validator = require('validator');
const DOMPurify = require('dompurify');

function escaped(req, res) {
  res.send('<p>' + escapeHtml(req.query.name) + '</p>');
}

function validator_escape(req, res) {
  res.send('<p>' + validator.escape(req.query.name) + '</p>');
}

function purified(req, res) {
  res.send('<p>' + DOMPurify.sanitize(req.query.bio) + '</p>');
}

function filtered(req, res) {
  res.send('<p>' + require('xss-filters').inHTMLData(req.query.name) + '</p>');
}

function file_name(req, res) {
  require('fs').readFile('/srv/files/' + require('sanitize-filename')(req.query.name), () => {});
}

function safe_address(req, res) {
  res.send('<a href="' + escapeHtml(require('@braintree/sanitize-url').sanitizeUrl(req.query.next)) + '">x</a>');
}

function converted(req, res) {
  eval('price * ' + validator.toInt(req.query.count));
}

function alphanumeric(req, res) {
  if (validator.isAlphanumeric(req.query.name)) {
    eval('run_' + req.query.name);
  }
}

function ip_address(req, res) {
  if (validator.isIP(req.query.host)) {
    require('child_process').exec('ping -c 1 ' + req.query.host);
  }
}
