const fastify = require('fastify')();
const ldap = require('ldapjs');
const { validate } = require('uuid');

const client = ldap.createClient({ url: ['ldaps://directory.example.com'], reconnect: true });

function search(base, options) {
  return new Promise((resolve, reject) => {
    client.search(base, options, (err, res) => {
      if (err) {
        reject(err);
        return;
      }
      const entries = [];
      res.on('searchEntry', ({ pojo }) => entries.push(pojo));
      res.on('error', reject);
      res.on('end', () => resolve(entries));
    });
  });
}

fastify.get('/badges', async (request, reply) => {
  const badge = String(request.query.badge).trim();
  if (badge.length !== 36 || !validate(badge)) {
    return reply.code(400).send({ error: 'badge id expected' });
  }
  const parts = ['(&', '(objectClass=employee)', '(badgeId=', badge, ')', ')'];
  const entries = await search('ou=staff,dc=example,dc=com', {
    scope: 'sub',
    filter: parts.join(''),
    attributes: ['cn', 'badge'],
  });
  return { entries };
});

fastify.listen({ port: 3000 });
