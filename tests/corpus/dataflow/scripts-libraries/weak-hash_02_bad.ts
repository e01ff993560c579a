import Fastify, { FastifyRequest } from 'fastify';
import { createHash, timingSafeEqual } from 'node:crypto';

enum Scheme {
  Legacy = 'v0',
  Current = 'v1',
}

const DIGESTS: Readonly<Record<Scheme, string>> = {
  [Scheme.Legacy]: 'md5',
  [Scheme.Current]: 'sha3-256',
};

const secret = process.env.WEBHOOK_SECRET ?? '';

function sign(payload: string, timestamp: string): Buffer {
  const algorithm = DIGESTS[Scheme.Legacy];
  return createHash(algorithm).update(secret).update(`${timestamp}.`).update(payload).digest();
}

function matches(given: string, payload: string, timestamp: string): boolean {
  const expected = sign(payload, timestamp);
  const actual = Buffer.from(given, 'hex');
  return actual.length === expected.length && timingSafeEqual(actual, expected);
}

const app = Fastify();

app.addContentTypeParser('application/json', { parseAs: 'string' }, (_request, body, done) => done(null, body));

app.post('/hooks/payment', async (request: FastifyRequest<{ Body: string }>, reply) => {
  const timestamp = String(request.headers['x-timestamp'] ?? '');
  const signature = String(request.headers['x-signature'] ?? '');
  if (secret === '' || !/^\d{10}$/.test(timestamp) || !matches(signature, request.body, timestamp)) {
    return reply.code(401).send({ accepted: false });
  }
  return reply.code(202).send({ accepted: true });
});

app.listen({ port: 3000 });
