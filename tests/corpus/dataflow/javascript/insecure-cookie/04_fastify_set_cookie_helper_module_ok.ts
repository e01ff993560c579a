import Fastify from 'fastify';
import fastifyCookie from '@fastify/cookie';
import { randomUUID } from 'node:crypto';
import { cookieOptions } from './helper_04_fastify_set_cookie_helper_module_ok';
import { signIn } from './accounts';

interface Credentials {
  email: string;
  password: string;
}

const server = Fastify();
await server.register(fastifyCookie);

server.post<{ Body: Credentials }>('/sessions', async (request, reply) => {
  const { email, password } = request.body;
  const account = await signIn(email, password);
  if (account === null) {
    return reply.code(401).send({ error: 'wrong credentials' });
  }
  const ticket = randomUUID();
  account.attach(ticket);
  reply.setCookie('session', ticket, cookieOptions({ maxAge: 1800 }));
  return { name: account.name };
});

await server.listen({ port: 3000 });
