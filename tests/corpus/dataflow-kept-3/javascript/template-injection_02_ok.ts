import Fastify from 'fastify';
import nunjucks from 'nunjucks';
import { writeFile } from 'node:fs/promises';
import { randomUUID } from 'node:crypto';

const env = new nunjucks.Environment(null, { autoescape: true });
const app = Fastify();

const LAYOUTS: Record<string, string> = {
  short: 'Invoice {{ number }}: {{ amount }} EUR',
  long: 'Dear {{ customer }},\nyour invoice {{ number }} amounts to {{ amount }} EUR.',
};

interface InvoiceBody {
  layout: string;
  customer: string;
  number: number;
  amount: number;
}

function layoutFor(wanted: string): string {
  const known = Object.keys(LAYOUTS);
  const index = known.indexOf(wanted);
  return index < 0 ? LAYOUTS.short : LAYOUTS[known[index]];
}

app.post<{ Body: InvoiceBody }>('/invoices/print', async (request, reply) => {
  const { layout, customer, number, amount } = request.body;
  const text = env.renderString(layoutFor(layout), { customer, number, amount });
  const job = randomUUID();
  await writeFile(`/var/spool/invoices/${job}.txt`, text, 'utf8');
  return reply.code(201).send({ job });
});

app.listen({ port: 3000 });
