import { readFileSync } from 'node:fs';
import Fastify from 'fastify';
import { DOMParser } from '@xmldom/xmldom';
import xpath from 'xpath';

interface Definition {
  term: string;
  text: string;
}

const source = readFileSync(new URL('./glossary.xml', import.meta.url), 'utf8');
const glossary = new DOMParser().parseFromString(source, 'application/xml') as unknown as Node;

function literal(value: string): string {
  const quote = value.includes("'") ? '"' : "'";
  return quote + value + quote;
}

function lookup(term: string): Definition[] {
  const expression = `/glossary/entry[@visibility='public'][term=${literal(term)}]/definition`;
  const found = xpath.select(expression, glossary);
  return (Array.isArray(found) ? found : []).map((node) => ({ term, text: node.textContent ?? '' }));
}

const app = Fastify({ logger: true });

app.get<{ Params: { term: string } }>('/glossary/:term', async (request, reply) => {
  const term = request.params.term.trim();
  if (term.length > 100) {
    return reply.code(414).send({ error: 'term is too long' });
  }
  const definitions = lookup(term);
  if (definitions.length === 0) {
    return reply.code(404).send({ error: 'no such term' });
  }
  return definitions;
});

export default app;
