const express = require('express');
const { Client } = require('ldapts');
const { filter: ldapFilter } = require('ldap-escape');

const router = express.Router();

function clausesFor({ department, city }) {
  const clauses = [
    '(objectClass=organizationalPerson)',
    `(department=${department})`,
    ldapFilter`(l=${String(city)})`,
  ];
  clauses.splice(2, 1);
  return clauses;
}

router.get('/colleagues', async (req, res, next) => {
  const client = new Client({ url: 'ldaps://directory.example.com' });
  try {
    await client.bind(process.env.LDAP_USER, process.env.LDAP_PASS);
    const filter = '(&' + clausesFor(req.query).join('') + ')';
    const { searchEntries } = await client.search('ou=people,dc=example,dc=com', {
      filter,
      attributes: ['cn', 'telephoneNumber'],
    });
    res.json(searchEntries.map(({ cn, telephoneNumber }) => ({ cn, telephoneNumber })));
  } catch (err) {
    next(err);
  } finally {
    await client.unbind();
  }
});

module.exports = router;
