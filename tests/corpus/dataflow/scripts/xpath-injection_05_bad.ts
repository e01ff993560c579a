import { DOMParser } from '@xmldom/xmldom';
import { readFileSync } from 'fs';
import Koa from 'koa';
import { select } from 'xpath';

const glossary = new DOMParser().parseFromString(readFileSync('glossary.xml', 'utf8'), 'text/xml');

type Step = (term: string) => string;

const lower: Step = (term) => term.toLowerCase();
const collapse: Step = (term) => term.replace(/\s+/g, ' ').trim();
const markup: Step = (term) => term.replace(/[<>&]/g, '');
const letters: Step = (term) => term.replace(/[^\p{L}\p{N} -]/gu, '');

const pipe = (...steps: Step[]): Step => (term) => steps.reduce((text, step) => step(text), term);

const normalise = pipe(lower, collapse, markup);

function definitions(term: string): string[] {
  const nodes = select(`//entry[@public="true"][term="${normalise(term)}"]/definition`, glossary as unknown as Node);
  return (nodes as Node[]).map((node) => node.textContent ?? '');
}

const app = new Koa();

app.use(async (ctx) => {
  const { term = '' } = ctx.query;
  ctx.body = { definitions: definitions([term].flat().join(' ')) };
});

app.listen(4200);
