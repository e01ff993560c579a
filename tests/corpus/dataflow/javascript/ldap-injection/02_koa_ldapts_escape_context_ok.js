const Router = require('@koa/router');
const { Client } = require('ldapts');
const ldapEscape = require('ldap-escape');
const validator = require('validator');

const router = new Router();

async function findAccount(login) {
  const client = new Client({ url: 'ldaps://directory.example.com', timeout: 4000 });
  try {
    await client.bind(process.env.LDAP_BIND_DN, process.env.LDAP_BIND_PASSWORD);
    const filter = ldapEscape.filter`(&(objectClass=inetOrgPerson)(mail=${login}))`;
    const { searchEntries } = await client.search('dc=example,dc=com', {
      scope: 'sub',
      filter,
      sizeLimit: 1,
    });
    return searchEntries[0];
  } finally {
    await client.unbind();
  }
}

router.post('/accounts/lookup', async (ctx) => {
  const { login } = ctx.request.body;
  const entry = await findAccount(String(login));
  ctx.body = { exists: Boolean(entry), label: validator.escape(String(login)) };
});

module.exports = router;
