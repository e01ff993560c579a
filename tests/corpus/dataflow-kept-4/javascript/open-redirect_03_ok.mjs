import Koa from 'koa';
import Router from '@koa/router';

const PORTAL = 'https://portal.harbor.example';
const PARTNERS = new Set(['https://ferry.example/', 'https://customs.example/']);

const first = (value) => (Array.isArray(value) ? value[0] : value);

function choose(wanted, fallback) {
  const checks = [
    (address) => PARTNERS.has(address),
    (address) => address.startsWith(`${PORTAL}/`),
  ];
  return checks.some((check) => check(wanted)) ? wanted : fallback;
}

function remember(departures) {
  return async (ctx, next) => {
    await next();
    if (ctx.status === 302) departures.count += 1;
  };
}

const departures = { count: 0 };
const router = new Router();

router.get('/leave', remember(departures), (ctx) => {
  const wanted = first(ctx.query.to) ?? '';
  ctx.redirect(choose(wanted, '/'));
});

router.get('/leave/count', (ctx) => {
  ctx.body = { count: departures.count };
});

const app = new Koa();
app.use(router.routes());
app.listen(3000);
