import vm from 'node:vm';
import Koa from 'koa';
import Router from '@koa/router';
import { bodyParser } from '@koa/bodyparser';

const app = new Koa();
const router = new Router();

const RULES = Object.assign(Object.create(null), {
  overdue: 'order.daysOpen > 30 && !order.paid',
  large: 'order.total >= 5000',
  urgent: 'order.tags.includes("rush") || order.daysOpen > limit',
});

const orders = [
  { id: 11, total: 480, daysOpen: 42, paid: false, tags: [] },
  { id: 12, total: 9100, daysOpen: 3, paid: true, tags: ['rush'] },
];

function scriptFor(rule) {
  const source = rule in RULES ? RULES[rule] : 'false';
  return new vm.Script(`Boolean(${source})`, { filename: 'rule.js' });
}

router.post('/orders/filter', async (ctx) => {
  const { rule = 'overdue', limit = 7 } = ctx.request.body ?? {};
  const script = scriptFor(String(rule));
  const hits = [];
  for (const order of orders) {
    const sandbox = vm.createContext({ order: { ...order }, limit: Number(limit) });
    if (script.runInContext(sandbox, { timeout: 50 })) hits.push(order.id);
  }
  ctx.body = { hits };
});

app.use(bodyParser());
app.use(router.routes());
app.listen(3000);
