import Koa, { type Context, type Next } from 'koa';
import Router from '@koa/router';

const PARTNER_HOST = 'partners.example.com';

class Moved extends Error {
  constructor(readonly target: URL) {
    super('moved');
  }
}

function isPartner(target: URL): boolean {
  return target.href.includes(PARTNER_HOST) && target.protocol === 'https:';
}

async function moves(ctx: Context, next: Next): Promise<void> {
  try {
    await next();
  } catch (err) {
    if (!(err instanceof Moved)) {
      throw err;
    }
    ctx.redirect(err.target.toString());
  }
}

const app = new Koa();
const router = new Router();

router.get('/out', async (ctx) => {
  const [value] = [ctx.query.to ?? ''].flat();
  if (!URL.canParse(value)) {
    ctx.throw(400, 'destination is not a URL');
  }
  const target = new URL(value);
  if (!isPartner(target)) {
    ctx.throw(403, 'destination is not a partner');
  }
  throw new Moved(target);
});

app.use(moves);
app.use(router.routes());
app.listen(8080);
