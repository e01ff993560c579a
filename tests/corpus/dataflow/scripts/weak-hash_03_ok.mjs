import { createHash, randomBytes } from 'node:crypto';
import Fastify from 'fastify';

const TOKEN_BYTES = 32;

const algorithm = TOKEN_BYTES * 8 >= 256 ? 'sha256' : 'sha1';

const fingerprint = (token) => createHash(algorithm).update(token, 'utf8').digest('base64url');

class TokenStore {
  #rows = new Map();

  issue(owner) {
    const token = randomBytes(TOKEN_BYTES).toString('base64url');
    this.#rows.set(fingerprint(token), { owner, issued: Date.now() });
    return token;
  }

  owner(token) {
    return this.#rows.get(fingerprint(token))?.owner;
  }
}

const tokens = new TokenStore();
const app = Fastify();

app.addHook('onRequest', async (request, reply) => {
  const [, token = ''] = (request.headers.authorization ?? '').split(' ');
  const owner = tokens.owner(token);
  if (owner === undefined) {
    return reply.code(401).send({ error: 'token' });
  }
  request.owner = owner;
});

app.get('/me', async (request) => ({ id: request.owner }));

console.log(tokens.issue(1));
await app.listen({ port: 3000 });
