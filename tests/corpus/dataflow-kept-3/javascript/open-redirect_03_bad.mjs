import Koa from 'koa';
import Router from '@koa/router';

const targets = new Map([
  ['docs', 'https://docs.acme.com/start'],
  ['status', 'https://status.acme.com/'],
  ['careers', 'https://jobs.acme.com/open'],
]);

const router = new Router({ prefix: '/go' });

function resolveTarget(slug) {
  const steps = [
    (s) => targets.get(s),
    (s) => targets.get(s.toLowerCase()),
    (s) => (s.includes('.acme.com') ? s : undefined),
    () => '/',
  ];
  for (const step of steps) {
    const found = step(slug);
    if (found !== undefined) return found;
  }
  return '/';
}

router.get('/', async (ctx) => {
  const slug = ctx.query.to;
  if (typeof slug !== 'string') {
    ctx.throw(400, 'to');
  }
  ctx.status = 302;
  ctx.redirect(resolveTarget(slug));
});

const app = new Koa();
app.use(router.routes());
app.listen(3000);
