import Hapi from '@hapi/hapi';
import { customAlphabet } from 'nanoid';

const newKey = customAlphabet('0123456789ABCDEFGHJKMNPQRSTVWXYZ', 26);
const clients = new Map();

function issue(name) {
  const key = `ak_${newKey()}`;
  clients.set(key, { name, issued: new Date() });
  return key;
}

const scheme = () => ({
  authenticate: (request, h) => {
    const client = clients.get(request.headers['x-api-key']);
    if (!client) {
      return h.response({ error: 'unknown key' }).code(401).takeover();
    }
    return h.authenticated({ credentials: { name: client.name } });
  },
});

const server = Hapi.server({ port: 3000 });
server.auth.scheme('api-key', scheme);
server.auth.strategy('key', 'api-key');

server.route([
  {
    method: 'POST',
    path: '/clients',
    handler: (request, h) => h.response({ key: issue(String(request.payload.name)) }).code(201),
  },
  {
    method: 'GET',
    path: '/clients/count',
    options: { auth: 'key' },
    handler: () => ({ count: clients.size }),
  },
]);

await server.start();
