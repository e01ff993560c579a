import Fastify from 'fastify';
import template from 'lodash/template';

interface LabelBody {
  pattern: string;
  sku: string;
  price: number;
}

const PLACEHOLDER = /<%=\s*(sku|price)\s*%>/g;

function accept(pattern: string): boolean {
  const rest = pattern.replace(PLACEHOLDER, '');
  return /^[A-Za-z0-9 .,:-]*$/.test(rest) && pattern.length < 120;
}

const app = Fastify();

app.post<{ Body: LabelBody }>('/labels', {
  schema: {
    body: {
      type: 'object',
      required: ['pattern', 'sku', 'price'],
      properties: { pattern: { type: 'string' }, sku: { type: 'string' }, price: { type: 'number' } },
    },
  },
}, async (request, reply) => {
  const { pattern, sku, price } = request.body;
  if (!accept(pattern)) {
    return reply.code(400).send({ error: 'pattern not accepted' });
  }
  PLACEHOLDER.lastIndex = 0;
  const label = template(pattern)({ sku, price: price.toFixed(2) });
  return { label };
});

app.listen({ port: 3000 });
