import Fastify, { FastifyInstance, FastifyRequest } from 'fastify';
import vm from 'node:vm';

interface Order {
  total: number;
  country: string;
  items: number;
}

interface DiscountBody {
  rule: string;
  order: Order;
}

const RULES = new Map<string, string>([
  ['bulk', 'order.items >= 10 ? 0.1 : 0'],
  ['nordic', "['SE', 'NO', 'FI', 'DK'].includes(order.country) ? 0.05 : 0"],
  ['vip', 'order.total > 500 ? 0.15 : 0'],
]);

function lookup<K, V>(table: ReadonlyMap<K, V>, key: K, fallback: V): V {
  return table.get(key) ?? fallback;
}

function discount(rule: string, order: Order): number {
  const source = lookup(RULES, rule, '0');
  const context = vm.createContext({ order: { ...order } });
  const factor: unknown = vm.runInContext(source, context, { timeout: 50 });
  return typeof factor === 'number' ? Math.min(Math.max(factor, 0), 0.5) : 0;
}

export function build(): FastifyInstance {
  const app = Fastify({ logger: true });

  app.post('/discount', async (request: FastifyRequest<{ Body: DiscountBody }>, reply) => {
    const { rule, order } = request.body;
    if (typeof rule !== 'string' || typeof order?.total !== 'number') {
      return reply.code(400).send({ error: 'incomplete order' });
    }
    return { discount: discount(rule, order) };
  });

  return app;
}

build().listen({ port: 3000 });
