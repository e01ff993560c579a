import { randomUUID } from 'node:crypto';
import Router from '@koa/router';
import type { SetOption } from 'cookies';
import { openSession } from '../services/session';

const BASE: SetOption = { httpOnly: true, sameSite: 'lax', secure: true };
const OVERRIDES: SetOption = { maxAge: 3_600_000, secure: false };

const router = new Router({ prefix: '/auth' });

router.post('/exchange', async (ctx) => {
  const { code } = ctx.request.body as { code: string };
  const profile = await openSession(code);
  if (!profile) {
    ctx.throw(401);
  }
  const ticket = randomUUID();
  const options: SetOption = { ...OVERRIDES, ...BASE };
  ctx.cookies.set('ticket', ticket, options);
  ctx.body = { ok: true };
});

export default router;
