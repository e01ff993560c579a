const express = require('express');
const ldap = require('ldapjs');

const app = express();
const client = ldap.createClient({ url: 'ldaps://directory.acme.internal' });

const CODES = { '\\': '\\5c', '*': '\\2a', '(': '\\28', ')': '\\29', '\0': '\\00' };

function escapeValue(text) {
  let out = '';
  for (const ch of text) {
    out += CODES[ch] ?? ch;
  }
  return out;
}

function findPerson(mail, done) {
  const opts = {
    scope: 'sub',
    attributes: ['cn', 'telephoneNumber'],
    filter: '(&(objectClass=person)(mail=' + escapeValue(mail) + '))',
  };
  client.search('ou=people,dc=acme,dc=com', opts, (err, result) => {
    if (err) return done(err);
    const found = [];
    result.on('searchEntry', (entry) => found.push(entry.pojo));
    result.on('error', done);
    result.on('end', () => done(null, found));
  });
}

app.get('/phonebook', (req, res, next) => {
  findPerson(String(req.query.mail || ''), (err, people) => {
    if (err) return next(err);
    res.json({ people });
  });
});

app.listen(4000);
