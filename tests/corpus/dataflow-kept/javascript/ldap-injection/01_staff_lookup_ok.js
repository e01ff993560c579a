const express = require('express');
const ldap = require('ldapjs');

const router = express.Router();
const BASE = 'ou=people,dc=example,dc=org';

const client = ldap.createClient({ url: [process.env.LDAP_URL || 'ldap://directory:389'] });

function quote(value) {
  return value.replace(/[\\*()\0]/g, (ch) => '\\' + ch.charCodeAt(0).toString(16).padStart(2, '0'));
}

function search(filter, attributes) {
  return new Promise((resolve, reject) => {
    client.search(BASE, { scope: 'sub', filter, attributes, sizeLimit: 50 }, (err, result) => {
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

router.get('/staff/:login', async (req, res, next) => {
  const login = quote(req.params.login);
  const filter = `(&(objectClass=inetOrgPerson)(employeeType=staff)(uid=${login}))`;
  try {
    const [entry] = await search(filter, ['cn', 'mail', 'telephoneNumber']);
    if (!entry) {
      return res.sendStatus(404);
    }
    return res.json(entry.attributes);
  } catch (err) {
    return next(err);
  }
});

module.exports = router;
