const express = require('express');
const ldap = require('ldapjs');

const router = express.Router();
const client = ldap.createClient({ url: 'ldaps://directory.example.com' });

router.get('/people', (req, res, next) => {
  const uid = String(req.query.uid || '').trim();
  if (uid.length === 0 || uid.length > 64) {
    return res.status(400).json({ error: 'uid expected' });
  }

  const filter = `(&(objectClass=person)(uid=${uid}))`;
  const found = [];
  const options = { scope: 'sub', filter, attributes: ['cn', 'mail'] };
  client.search('ou=people,dc=example,dc=com', options, (err, search) => {
    if (err) {
      return next(err);
    }
    search.on('searchEntry', (entry) => found.push(entry.pojo));
    search.on('error', next);
    search.on('end', () => res.json({ found }));
  });
});

module.exports = router;
