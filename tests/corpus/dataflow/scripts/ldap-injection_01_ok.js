const express = require('express');
const ldap = require('ldapjs');

const client = ldap.createClient({ url: 'ldaps://directory.example.org' });
const BASE = 'ou=people,dc=example,dc=org';

const SPECIAL = /[*()\\\0]/g;

function escapeValue(value) {
  return String(value).replace(SPECIAL, (c) => '\\' + c.charCodeAt(0).toString(16).padStart(2, '0'));
}

function search(filter) {
  return new Promise((resolve, reject) => {
    client.search(BASE, { scope: 'sub', filter, attributes: ['cn', 'mail'], sizeLimit: 20 }, (err, res) => {
      if (err) return reject(err);
      const found = [];
      res.on('searchEntry', (entry) => found.push(entry.pojo));
      res.on('error', reject);
      res.on('end', () => resolve(found));
    });
  });
}

const app = express();

app.get('/directory', async (req, res, next) => {
  try {
    const { surname = '' } = req.query;
    const entries = await search(`(&(objectClass=inetOrgPerson)(public=TRUE)(sn=${escapeValue(surname)}))`);
    res.json({ count: entries.length, entries });
  } catch (err) {
    next(err);
  }
});

app.listen(3000);
