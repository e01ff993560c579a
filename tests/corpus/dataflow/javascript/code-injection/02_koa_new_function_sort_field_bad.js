const Koa = require('koa');
const Router = require('@koa/router');
const { listOrders } = require('../services/orders');

const app = new Koa();
const router = new Router();

const SORTABLE = new Set(['createdAt', 'total', 'customer']);

function comparatorFor(field) {
  return new Function('a', 'b', `return a.${field} < b.${field} ? -1 : 1;`);
}

router.get('/orders', async (ctx) => {
  const requested = ctx.query.sort ? String(ctx.query.sort) : 'createdAt';
  if (!SORTABLE.has(requested)) {
    ctx.set('x-sort-warning', 'non standard field');
  }
  const orders = await listOrders();
  orders.sort(comparatorFor(requested));
  ctx.body = { orders };
});

app.use(router.routes());
app.listen(8080);
