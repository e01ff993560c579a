import Koa from 'koa';
import Router from '@koa/router';
import session from 'koa-session';
import { bodyParser } from '@koa/bodyparser';

const app = new Koa();
app.keys = [process.env.COOKIE_KEY];
app.use(session({ key: 'theatre', secure: true, httpOnly: true, maxAge: 3_600_000 }, app));
app.use(bodyParser());

const PRICES = { stalls: 42, circle: 31, gallery: 18 };

const router = new Router();

router.post('/basket', (ctx) => {
  const { seat, count, price } = ctx.request.body ?? {};
  if (!Object.hasOwn(PRICES, String(seat))) {
    ctx.throw(422, 'no such area');
  }
  const amount = Math.trunc(Number(count));
  if (!(amount >= 1 && amount <= 8)) {
    ctx.throw(422, 'between one and eight seats');
  }
  const area = Object.keys(PRICES).find((name) => name === seat);
  const basket = ctx.session.basket ?? [];
  const each = price === PRICES[area] ? price : PRICES[area];
  ctx.session.basket = [...basket, { area, amount, each }];
  ctx.status = 204;
});

router.post('/checkout', (ctx) => {
  const basket = ctx.session.basket ?? [];
  const due = basket.reduce((sum, line) => sum + line.amount * line.each, 0);
  ctx.session.basket = [];
  ctx.body = { due };
});

app.use(router.routes());
app.listen(3000);
