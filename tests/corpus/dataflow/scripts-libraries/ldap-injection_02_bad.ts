import Hapi, { Request, ResponseToolkit } from '@hapi/hapi';
import ldap, { Client, SearchOptions } from 'ldapjs';

interface Badge {
  readonly number: string;
  readonly building: string;
}

const client: Client = ldap.createClient({ url: 'ldaps://directory.example.org' });

function optionsFor(badge: Badge): SearchOptions {
  return {
    scope: 'one',
    sizeLimit: 1,
    attributes: ['uid'],
    filter: `(&(employeeNumber=${badge.number})(building=${badge.building}))`,
  };
}

function exists(badge: Badge): Promise<boolean> {
  return new Promise((resolve, reject) => {
    client.search('ou=badges,dc=example,dc=org', optionsFor(badge), (err, res) => {
      if (err) {
        reject(err);
        return;
      }
      let found = false;
      res.on('searchEntry', () => {
        found = true;
      });
      res.on('error', reject);
      res.on('end', () => resolve(found));
    });
  });
}

const server = Hapi.server({ port: 4100 });

server.route({
  method: 'POST',
  path: '/doors/{building}/check',
  handler: async (request: Request, h: ResponseToolkit) => {
    const { number } = request.payload as { number?: unknown };
    const badge: Badge = { number: String(number), building: request.params.building };
    return h.response({ open: await exists(badge) }).code(200);
  },
});

void server.start();
