import Fastify, { type FastifyRequest } from 'fastify';
import cookie from '@fastify/cookie';
import session from '@fastify/session';
import { PatientQuery } from './clinic/dto';
import { oneOf } from './clinic/guards';

declare module 'fastify' {
  interface Session {
    nurse?: string;
    wards?: string[];
    ward?: string;
  }
}

const BEDS = new Map<string, number>([
  ['med-1', 22],
  ['med-2', 20],
  ['icu-1', 8],
]);

const app = Fastify();
app.register(cookie);
app.register(session, {
  secret: process.env.SESSION_SECRET as string,
  cookie: { secure: true, httpOnly: true, sameSite: 'strict' },
});

function wardFor(request: FastifyRequest, query: PatientQuery): string | undefined {
  const own = request.session.wards ?? [];
  return own.length > 0 ? query.ward : undefined;
}

app.post('/shift', async (request, reply) => {
  if (!request.session.nurse) {
    return reply.code(401).send({ error: 'sign in first' });
  }
  const query = new PatientQuery(request.body as Record<string, unknown>);
  const ward = wardFor(request, query);
  if (!ward) {
    return reply.code(403).send({ error: 'not your ward' });
  }
  Object.assign(request.session, { ward });
  return reply.code(204).send();
});

app.get('/beds', async (request, reply) => {
  const beds = BEDS.get(request.session.ward ?? '');
  return beds === undefined ? reply.code(409).send({ error: 'choose a ward' }) : { beds };
});

app.listen({ port: 3000 });
