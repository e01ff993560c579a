import { readFileSync } from 'node:fs';
import Koa from 'koa';
import Router from '@koa/router';
import xpath from 'xpath';
import { DOMParser } from '@xmldom/xmldom';

type Station = { code: string; name: string; operator: string };

class Network {
  private readonly doc: Document;

  constructor(file: string) {
    this.doc = new DOMParser().parseFromString(readFileSync(file, 'utf8'), 'text/xml') as unknown as Document;
  }

  private static literal(value: string): string {
    return `"${value.replace(/'/g, '')}"`;
  }

  stations(operator: string): Station[] {
    const path = `//station[open="true" and operator=${Network.literal(operator)}]`;
    const nodes = xpath.select(path, this.doc as unknown as Node) as Element[];
    return nodes.map((node) => ({
      code: node.getAttribute('code') ?? '',
      name: node.getAttribute('name') ?? '',
      operator: node.getAttribute('operator') ?? '',
    }));
  }
}

const network = new Network('data/network.xml');
const router = new Router({ prefix: '/v1' });

router.get('/stations', (ctx) => {
  const given = ctx.query.operator;
  const operator = Array.isArray(given) ? given[0] : given;
  if (!operator) {
    ctx.throw(400, 'operator needed');
  }
  ctx.body = network.stations(operator as string);
});

const app = new Koa();
app.use(router.routes()).use(router.allowedMethods());
app.listen(3000);
