import Koa from 'koa';
import Router from '@koa/router';
import session from 'koa-session';
import bodyParser from 'koa-bodyparser';
import { findOrder } from './orders.mjs';

const app = new Koa();
app.keys = [process.env.COOKIE_KEY];
app.use(session({ key: 'shop', secure: true, httpOnly: true, sameSite: 'lax' }, app));
app.use(bodyParser());

const router = new Router({ prefix: '/checkout' });

router.post('/start', async (ctx) => {
  const form = ctx.request.body;
  const order = await findOrder(String(form.orderId), ctx.session.userId);
  if (!order) {
    ctx.throw(404, 'no such order');
  }
  const payment = { ...form, ...order };
  ctx.session.payable = payment.total;
  ctx.session.orderRef = order.id;
  ctx.body = { next: '/checkout/confirm' };
});

router.post('/confirm', async (ctx) => {
  const { payable, orderRef } = ctx.session;
  if (payable === undefined) {
    ctx.throw(409, 'checkout not started');
  }
  ctx.body = { orderRef, charged: Number(payable) };
});

app.use(router.routes());
app.listen(3000);
