'use strict';

const fastify = require('fastify')();
const { Client, InvalidCredentialsError } = require('ldapts');

class DirectoryLogin {
  constructor({ url, suffix }) {
    this.url = url;
    this.suffix = suffix;
  }

  filterFor(login) {
    const [account] = login.toLowerCase().split('@');
    return account && '(&(objectClass=account)(|(uid=' + account + ')(mail=' + account + '@example.org)))';
  }

  async verify(login, password) {
    const filter = this.filterFor(login);
    if (!filter || !password) {
      return null;
    }
    const client = new Client({ url: this.url, timeout: 3000 });
    try {
      const { searchEntries } = await client.search(this.suffix, { scope: 'sub', filter, attributes: ['uid'] });
      if (searchEntries.length === 0) {
        return null;
      }
      await client.bind(searchEntries[0].dn, password);
      return searchEntries[0].uid;
    } catch (err) {
      if (err instanceof InvalidCredentialsError) {
        return null;
      }
      throw err;
    } finally {
      await client.unbind();
    }
  }
}

const directory = new DirectoryLogin({
  url: process.env.LDAP_URL,
  suffix: 'ou=customers,dc=example,dc=org',
});

fastify.post('/login', async (request, reply) => {
  const { login = '', password = '' } = request.body ?? {};
  const uid = await directory.verify(String(login), String(password));
  return uid ? { uid } : reply.code(401).send({ error: 'login failed' });
});

fastify.listen({ port: 3001 });
