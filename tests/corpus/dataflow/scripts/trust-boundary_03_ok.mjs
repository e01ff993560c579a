import Koa from 'koa';
import session from 'koa-session';
import { tenantsOf } from './lib/tenants.mjs';

const app = new Koa();
app.keys = [process.env.SESSION_KEY];
app.use(session({ key: 'sid', secure: true, httpOnly: true, sameSite: 'lax' }, app));

async function choose(ctx) {
  const wanted = ctx.query.tenant;
  const mine = await tenantsOf(ctx.session.userId);
  const tenant = mine.find((t) => t === wanted) ?? mine[0];
  ctx.session.tenant = tenant;
  ctx.status = 204;
}

app.use(async (ctx, next) => {
  if (!ctx.session.userId) {
    ctx.status = 401;
    return;
  }
  await next();
});

app.use(async (ctx, next) => {
  await (ctx.path === '/tenant' && ctx.method === 'PUT' ? choose(ctx) : next());
});

app.listen(3000);
