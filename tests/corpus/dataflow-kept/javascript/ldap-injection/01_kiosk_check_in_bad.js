const express = require('express');
const ldap = require('ldapjs');
const visits = require('./visits');

const router = express.Router();
const BASE = 'ou=people,dc=example,dc=org';

const client = ldap.createClient({ url: [process.env.LDAP_URL || 'ldap://directory:389'] });

function quote(value) {
  return encodeURIComponent(value).replace(/%20/g, ' ');
}

function search(filter, attributes) {
  return new Promise((resolve, reject) => {
    client.search(BASE, { scope: 'sub', filter, attributes, sizeLimit: 2 }, (err, result) => {
      if (err) {
        reject(err);
        return;
      }
      const entries = [];
      result.on('searchEntry', (entry) => entries.push(entry.pojo));
      result.on('error', reject);
      result.on('end', () => resolve(entries));
    });
  });
}

router.post('/check-in', express.json(), async (req, res, next) => {
  const { login = '', badge = '' } = req.body;
  const terms = Object.entries({ uid: String(login), employeeNumber: String(badge) })
    .map(([attribute, value]) => `(${attribute}=${quote(value)})`)
    .join('');
  try {
    const [person] = await search(`(&(objectClass=inetOrgPerson)${terms})`, ['cn']);
    if (!person) {
      return res.status(403).json({ error: 'login and badge do not match' });
    }
    await visits.open(person.objectName);
    return res.status(201).json(person.attributes);
  } catch (err) {
    return next(err);
  }
});

module.exports = router;
