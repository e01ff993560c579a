import Koa from 'koa';
import Router from '@koa/router';
import { listInvoices, type Invoice } from './invoices';

type Comparator = (a: Invoice, b: Invoice) => number;

const SORTABLE = ['number', 'issuedAt', 'dueAt', 'amount'];
const compiled = new Map<string, Comparator>();

function comparatorFor(field: string, descending: boolean): Comparator {
  const key = `${field}:${descending}`;
  let compare = compiled.get(key);
  if (!compare) {
    const sign = descending ? -1 : 1;
    compare = new Function(
      'a',
      'b',
      `return a.${field} === b.${field} ? 0 : (a.${field} > b.${field} ? ${sign} : ${-sign});`,
    ) as Comparator;
    compiled.set(key, compare);
  }
  return compare;
}

const router = new Router({ prefix: '/invoices' });

router.get('/', async (ctx) => {
  const raw = String(ctx.query.sort ?? 'issuedAt');
  const descending = raw.startsWith('-');
  const field = descending ? raw.slice(1) : raw;
  if (!SORTABLE.includes(field)) {
    ctx.set('Warning', '199 - "unknown sort field"');
    ctx.throw(400, 'unknown sort field');
  }
  const rows = await listInvoices(ctx.state.accountId as number);
  ctx.body = [...rows].sort(comparatorFor(field, descending));
});

export const app = new Koa();
app.use(router.routes()).use(router.allowedMethods());
