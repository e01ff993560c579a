'use strict';

const fastify = require('fastify')({ logger: true });
const vm = require('node:vm');

const RULES = new Map([
  ['bulk', 'order.total > 500 ? order.total * 0.05 : 0'],
  ['loyal', 'order.customerYears >= 3 ? 15 : 0'],
  ['none', '0'],
]);

function evaluate(expression, order) {
  const context = vm.createContext({ order: { ...order } });
  return vm.runInContext(expression, context, { timeout: 50 });
}

fastify.post('/quotes', {
  schema: {
    body: {
      type: 'object',
      required: ['total', 'rule'],
      properties: {
        total: { type: 'number' },
        customerYears: { type: 'integer', default: 0 },
        rule: { type: 'string', maxLength: 200 },
      },
    },
  },
  handler: async (request, reply) => {
    const { rule, ...order } = request.body;
    const expression = RULES.get(rule) ?? rule;
    const discount = Number(evaluate(expression, order));
    if (!Number.isFinite(discount)) {
      return reply.code(422).send({ error: 'rule gave no number' });
    }
    return { total: order.total, discount, due: order.total - discount };
  },
});

fastify.listen({ port: 3000 });
