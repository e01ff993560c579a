const Koa = require('koa');
const Router = require('@koa/router');
const session = require('koa-session');
const { bodyParser } = require('@koa/bodyparser');
const { loadReports } = require('./reports');

const app = new Koa();
app.keys = [process.env.COOKIE_KEY];
app.proxy = true;

const LOCALES = ['en', 'de', 'fr'];
const PAGE_SIZES = [25, 50, 100];

const router = new Router();

router.post('/preferences', async (ctx) => {
  if (!ctx.session.accountId) {
    ctx.throw(401);
  }
  const { locale, pageSize, ...rest } = ctx.request.body;
  const preferences = {
    locale: LOCALES.find((known) => known === locale) ?? 'en',
    pageSize: PAGE_SIZES.find((size) => size === Number(pageSize)) ?? 25,
  };
  Object.assign(ctx.session, preferences);
  ctx.set('X-Ignored-Fields', String(Object.keys(rest).length));
  ctx.status = 204;
});

router.get('/reports', async (ctx) => {
  const { accountId, pageSize = 25 } = ctx.session;
  if (!accountId) {
    ctx.throw(401);
  }
  ctx.body = await loadReports(accountId, { limit: pageSize });
});

app.use(session({ key: 'prefs', secure: true, httpOnly: true, sameSite: 'lax' }, app));
app.use(bodyParser());
app.use(router.routes());
app.listen(3000);
