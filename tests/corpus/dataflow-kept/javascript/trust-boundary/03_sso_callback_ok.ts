import Fastify, { type FastifyRequest } from 'fastify';
import cookie from '@fastify/cookie';
import session from '@fastify/session';
import jwt from 'jsonwebtoken';

interface Claims {
  sub: string;
  groups: string[];
}

declare module 'fastify' {
  interface Session {
    userId?: string;
    groups?: string[];
  }
}

const PUBLIC_KEY = process.env.SSO_PUBLIC_KEY ?? '';

function readClaims(token: string): Claims | null {
  const payload = jwt.verify(token, PUBLIC_KEY, { algorithms: ['RS256'], audience: 'portal' });
  if (!payload || typeof payload === 'string' || !payload.sub) {
    return null;
  }
  if (payload.exp === undefined || payload.exp * 1000 < Date.now()) {
    return null;
  }
  return { sub: payload.sub, groups: Array.isArray(payload.groups) ? payload.groups.map(String) : [] };
}

const app = Fastify({ trustProxy: true });
app.register(cookie);
app.register(session, {
  secret: process.env.SESSION_SECRET ?? '',
  cookie: { secure: true, httpOnly: true, sameSite: 'none' },
});

app.post('/sso/callback', async (request: FastifyRequest<{ Body: { id_token: string } }>, reply) => {
  const claims = readClaims(request.body.id_token);
  if (!claims) {
    return reply.code(401).send({ error: 'sign-in failed' });
  }
  await request.session.regenerate();
  request.session.userId = claims.sub;
  request.session.groups = claims.groups;
  return reply.redirect('/');
});

export default app;
