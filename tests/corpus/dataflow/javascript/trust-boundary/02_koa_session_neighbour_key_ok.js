const Koa = require('koa');
const session = require('koa-session');
const { bodyParser } = require('@koa/bodyparser');
const tenants = require('./services/tenants');

const app = new Koa();
app.keys = [process.env.SESSION_KEY];
app.use(session({ httpOnly: true, secure: true, sameSite: 'lax' }, app));
app.use(bodyParser());

app.use(async (ctx) => {
  if (ctx.path !== '/workspace' || ctx.method !== 'PUT') {
    ctx.throw(404);
  }
  const owner = await tenants.ownerOf(ctx.session.userId);
  const choice = {};
  choice.wanted = ctx.request.body.tenant;
  choice.actual = owner.tenantId;

  ctx.session.tenantId = choice.actual;
  ctx.body = { wanted: choice.wanted };
});

app.listen(8080);
