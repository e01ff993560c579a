const Koa = require('koa');
const { koaBody } = require('koa-body');
const { request } = require('undici');

const partners = new Map([
  ['acme', { hook: 'https://hooks.acme.example/orders' }],
  ['globex', { hook: 'https://globex.example/in' }],
]);

function settingsFor(body) {
  const defaults = { retries: 1, payload: { order: Number(body.order) } };
  const known = partners.get(body.partner) ?? partners.get('acme');
  return { ...defaults, ...body.overrides, ...known };
}

async function deliver({ hook, retries, payload }) {
  const attempts = Math.min(Number(retries) || 1, 3);
  for (let i = 0; i < attempts; i += 1) {
    const { statusCode, body } = await request(hook, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(payload),
    });
    await body.dump();
    if (statusCode < 300) {
      return true;
    }
  }
  return false;
}

const app = new Koa();
app.use(koaBody());
app.use(async (ctx) => {
  if (ctx.path !== '/notify') {
    ctx.throw(404);
  }
  const body = ctx.request.body ?? {};
  ctx.body = { delivered: await deliver(settingsFor(body)) };
});

app.listen(3200);
