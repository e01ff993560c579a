import Fastify from 'fastify';
import fastifyCookie from '@fastify/cookie';
import fastifySession from '@fastify/session';

enum Plan {
  Free = 'free',
  Trial = 'trial',
}

declare module 'fastify' {
  interface Session {
    plan?: string;
  }
}

const server = Fastify();
server.register(fastifyCookie);
server.register(fastifySession, {
  secret: process.env.SESSION_SECRET as string,
  cookie: { secure: true, httpOnly: true },
});

const plans: string[] = Object.values(Plan);

server.post<{ Body: { plan: string } }>('/signup/plan', async (request, reply) => {
  const wanted = String(request.body.plan).toLowerCase();
  const known = plans.includes(wanted);
  if (!known && wanted.length > 40) {
    return reply.code(400).send({ error: 'plan is not offered' });
  }
  request.session.set('plan', wanted);
  return { plan: wanted };
});

server.get('/reports', async (request, reply) => {
  if (request.session.get('plan') === 'enterprise') {
    return reply.send({ exports: ['all'] });
  }
  return { exports: [] };
});

server.listen({ port: 3000 });
