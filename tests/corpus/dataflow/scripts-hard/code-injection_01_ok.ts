import Koa from 'koa';
import Router from '@koa/router';
import bodyParser from 'koa-bodyparser';

interface Order {
  total: number;
  items: number;
  country: string;
}

interface Condition {
  field: string;
  op: string;
  value: unknown;
}

type Predicate = (order: Order) => boolean;

const OPERATORS = new Set(['<', '<=', '>', '>=', '==', '!=']);
const FIELDS = new Set(['total', 'items', 'country']);

class ConditionWriter {
  write(condition: Condition): string {
    if (!OPERATORS.has(condition.op)) {
      throw new Error('unknown operator');
    }
    if (!FIELDS.has(condition.field)) {
      throw new Error('unknown field');
    }
    return `order.${condition.field} ${condition.op} ${JSON.stringify(condition.value)}`;
  }
}

class RuleCompiler {
  constructor(private readonly writer: ConditionWriter) {}

  compile(conditions: Condition[]): Predicate {
    const source = conditions.map((c) => this.writer.write(c)).join(' && ') || 'true';
    return new Function('order', `return ${source};`) as Predicate;
  }
}

class DiscountPreview {
  constructor(private readonly compiler: RuleCompiler, private readonly orders: Order[]) {}

  count(conditions: Condition[]): number {
    const matches = this.compiler.compile(conditions);
    return this.orders.filter(matches).length;
  }
}

const sample: Order[] = [
  { total: 120, items: 3, country: 'NL' },
  { total: 18, items: 1, country: 'BE' },
];
const preview = new DiscountPreview(new RuleCompiler(new ConditionWriter()), sample);
const router = new Router();

router.post('/discounts/preview', (ctx) => {
  const { conditions } = ctx.request.body as { conditions: Condition[] };
  ctx.assert(Array.isArray(conditions), 400, 'conditions expected');
  const plain = conditions.map(({ field, op, value }) => ({ field: String(field), op: String(op), value }));
  ctx.body = { columns: FIELDS.size, matching: preview.count(plain) };
});

new Koa().use(bodyParser()).use(router.routes()).listen(3000);
