import Fastify from 'fastify';
import { overlayKnown as merge, type Tree } from './lib/merge';

const app = Fastify();

app.addContentTypeParser('text/plain', { parseAs: 'string' }, (_request, body, done) => {
  done(null, body);
});

const chart: Tree = {
  title: 'Sales',
  axes: { x: { label: 'month' }, y: { label: 'EUR', log: false } },
  legend: { visible: true },
};

app.put<{ Body: string }>('/chart', async (request, reply) => {
  let changes: Tree;
  try {
    changes = JSON.parse(request.body) as Tree;
  } catch {
    return reply.code(400).send({ error: 'json' });
  }
  if (typeof changes !== 'object' || changes === null) {
    return reply.code(422).send({ error: 'object' });
  }
  const updated = merge(chart, changes);
  return { parts: Object.keys(updated).length };
});

app.listen({ port: 3000 });
