const express = require('express');
const ldap = require('ldapjs');
const escapes = require('./lib/escapes');

const client = ldap.createClient({ url: process.env.LDAP_URL });
const BASE = 'ou=people,dc=example,dc=org';
const app = express();

function findPeople(name, done) {
  const cn = escapes.dnValue(name);
  const filter = ['(&(objectClass=person)(cn=', cn, ')(visible=TRUE))'].join('');
  const people = [];
  client.search(BASE, { scope: 'sub', filter, attributes: ['cn', 'telephoneNumber'] }, (err, search) => {
    if (err) {
      return done(err);
    }
    search.on('searchEntry', (entry) => people.push(entry.pojo));
    search.on('error', done);
    search.on('end', () => done(null, people));
  });
}

app.get('/directory', (req, res) => {
  const name = req.query.name;
  if (typeof name !== 'string' || name.length > 64) {
    return res.status(400).json({ error: 'name expected' });
  }
  findPeople(name, (err, people) => {
    if (err) {
      return res.status(502).json({ error: 'directory unavailable' });
    }
    res.json(people);
  });
});

app.listen(3002);
