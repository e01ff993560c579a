'use strict';

const express = require('express');
const ldap = require('ldapjs');

const app = express();
const BASE = 'ou=people,dc=orchard,dc=example';

const clean = (value) => value.replace(/[<>"'&;]/g, '').trim();

function phoneBook(filter, done) {
  const client = ldap.createClient({ url: process.env.LDAP_URL });
  const entries = [];
  const finish = (err) => {
    client.unbind();
    done(err, entries);
  };

  client.bind(process.env.LDAP_DN, process.env.LDAP_SECRET, (bindError) => {
    if (bindError) return finish(bindError);
    const options = { scope: 'sub', filter, attributes: ['cn', 'telephoneNumber'], sizeLimit: 50 };
    return client.search(BASE, options, (err, result) => {
      if (err) return finish(err);
      result.on('searchEntry', (entry) => entries.push(entry.pojo));
      result.on('error', finish);
      result.on('end', () => finish(null));
      return undefined;
    });
  });
}

app.get('/phones', (req, res) => {
  const surname = clean(String(req.query.surname || ''));
  if (!surname) {
    res.status(400).json({ error: 'surname needed' });
    return;
  }
  const filter = '(&(objectClass=person)(listed=TRUE)(sn=' + surname + '))';
  phoneBook(filter, (err, entries) => {
    if (err) res.status(502).json({ error: 'directory not reachable' });
    else res.json(entries);
  });
});

app.listen(8080);
