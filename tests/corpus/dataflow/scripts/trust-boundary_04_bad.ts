import Fastify, { type FastifyInstance } from 'fastify';
import secureSession from '@fastify/secure-session';
import { takePending } from './lib/pending';

declare module '@fastify/secure-session' {
  interface SessionData {
    userId: number;
    verifiedEmail: string;
  }
}

interface Change {
  email?: string;
  code?: string;
}

async function build(): Promise<FastifyInstance> {
  const app = Fastify();
  await app.register(secureSession, {
    key: Buffer.from(process.env.SESSION_KEY ?? '', 'hex'),
    cookie: { path: '/', httpOnly: true, secure: true },
  });

  app.post<{ Body: Change }>('/email/confirm', async (request, reply) => {
    const { email = '', code = '' } = request.body;
    const userId = request.session.get('userId');
    const entry = userId === undefined ? undefined : await takePending(userId, code);
    if (!entry) {
      return reply.code(403).send({ error: 'code' });
    }
    const confirmed = { ...entry, email };
    request.session.set('verifiedEmail', confirmed.email);
    return { confirmed: true };
  });

  return app;
}

build().then((app) => app.listen({ port: 3000 }));
