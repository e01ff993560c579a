import Koa from 'koa';
import Router from '@koa/router';

const app = new Koa();
const router = new Router();

const PARTNER_HOST = 'partners.example.com';

function isPartner(target: URL): boolean {
  return target.href.includes(PARTNER_HOST) && target.protocol === 'https:';
}

router.get('/out', async (ctx) => {
  const raw = ctx.query.to;
  const value = Array.isArray(raw) ? raw[0] : raw;
  if (!value) {
    ctx.throw(400, 'destination is missing');
  }

  let target: URL;
  try {
    target = new URL(value as string);
  } catch {
    ctx.throw(400, 'destination is not a URL');
    return;
  }

  if (!isPartner(target)) {
    ctx.throw(403, 'destination is not a partner');
  }
  ctx.redirect(target.toString());
});

app.use(router.routes());
app.listen(8080);
