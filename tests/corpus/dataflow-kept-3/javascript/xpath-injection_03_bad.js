'use strict';

const fs = require('fs');
const path = require('path');
const libxmljs = require('libxmljs2');

const accounts = libxmljs.parseXml(fs.readFileSync(path.join(__dirname, 'accounts.xml'), 'utf8'));
const EMAIL = /^\S+@\S+\.\w+$/;
const PIN = /^\d{6}$/;

function reply(statusCode, payload) {
  return {
    statusCode,
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(payload),
  };
}

exports.handler = async (event) => {
  const { email, pin } = JSON.parse(event.body || '{}');
  if (!EMAIL.test(String(email)) || !PIN.test(String(pin))) {
    return reply(400, { error: 'malformed credentials' });
  }
  const query = "//account[email='" + String(email) + "' and pin='" + String(pin) + "']";
  const account = accounts.get(query);
  if (!account) {
    return reply(401, { error: 'unknown account' });
  }
  return reply(200, { plan: account.attr('plan').value() });
};
