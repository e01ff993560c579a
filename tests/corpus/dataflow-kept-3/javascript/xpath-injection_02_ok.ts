import Koa from 'koa';
import Router from '@koa/router';
import { readFileSync } from 'node:fs';
import xpath from 'xpath';
import { DOMParser } from '@xmldom/xmldom';

const library = new DOMParser().parseFromString(readFileSync('library.xml', 'utf8'), 'text/xml');
const router = new Router();

function titlesBy(author: string): string[] {
  const name = author.replace(/"/g, '');
  const expr = xpath.parse("//book[@lent='no'][author=$name]/title");
  const nodes = expr.select({ node: library as unknown as Node, variables: { name } });
  return nodes.map((n) => n.textContent ?? '');
}

router.get('/books', (ctx) => {
  const author = ctx.query.author;
  if (typeof author !== 'string' || author === '') {
    ctx.throw(400, 'author is required');
  }
  const titles = titlesBy(author as string);
  ctx.body = { count: titles.length, titles };
});

const app = new Koa();
app.use(router.routes()).use(router.allowedMethods());
app.listen(3001);
