'use strict';

const Koa = require('koa');
const session = require('koa-session');
const { koaBody } = require('koa-body');

const app = new Koa();
app.keys = [process.env.COOKIE_KEY];
app.use(session({ key: 'shop', secure: true, httpOnly: true, signed: true }, app));
app.use(koaBody());

const DEFAULTS = [
  ['currency', 'EUR'],
  ['units', 'metric'],
  ['discount', 0],
];
const CHOICES = {
  currency: ['EUR', 'SEK', 'USD'],
  units: ['metric', 'imperial'],
  discount: [0],
};

function* preferences(body) {
  for (const [name, fallback] of DEFAULTS) {
    const given = body[name];
    yield [name, CHOICES[name].includes(given) ? given : fallback];
  }
}

app.use(async (ctx) => {
  if (ctx.method !== 'POST' || ctx.path !== '/preferences') {
    ctx.status = 404;
    return;
  }
  for (const [name, value] of preferences(ctx.request.body || {})) {
    ctx.session[name] = value;
  }
  ctx.status = 204;
});

app.listen(3000);
