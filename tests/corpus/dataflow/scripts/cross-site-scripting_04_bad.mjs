import Koa from 'koa';

const app = new Koa();

const kinds = { page: 'text/html', log: 'text/plain' };

app.use(async (ctx, next) => {
  ctx.set('X-Content-Type-Options', 'nosniff');
  ctx.set('Cache-Control', 'no-store');
  await next();
});

app.use(async (ctx) => {
  const lines = [];
  if (ctx.method !== 'GET') {
    ctx.throw(405);
  }
  for (const [name, value] of Object.entries(ctx.query)) {
    lines.push([name, value].join(' = '));
  }
  lines.sort();
  ctx.type = kinds[lines ? 'page' : 'log'];
  ctx.body = lines.join('\n');
});

app.listen(8123, '0.0.0.0');
