const md5 = require('md5');
const CryptoJS = require('crypto-js');
const bcrypt = require('bcrypt');

function packaged(req, res) {
  return md5('x'); // expect: weak-hash
}

function crypto_js(req, res) {
  return CryptoJS.MD5('x').toString(); // expect: weak-hash
}

function named(req, res) {
  return require('create-hash')('md5').update('x').digest('hex'); // expect: weak-hash
}

function hasha_named(req, res) {
  return require('hasha')('x', { algorithm: 'md5' }); // expect: weak-hash
}

function digest(req, res) {
  res.send('<p>' + bcrypt.hashSync(req.query.q, 12) + '</p>');
}

function compared(req, res) {
  res.send('<p>' + bcrypt.compareSync(req.query.q, 'hash') + '</p>');
}
