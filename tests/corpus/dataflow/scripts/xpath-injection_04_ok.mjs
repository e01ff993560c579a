import Hapi from '@hapi/hapi';
import { readFile } from 'node:fs/promises';
import xpath from 'xpath';
import { DOMParser } from '@xmldom/xmldom';

const xml = await readFile(new URL('./stock.xml', import.meta.url), 'utf8');
const stock = new DOMParser().parseFromString(xml, 'text/xml');

const attributes = new Set(['colour', 'size', 'brand']);

function* conditions(query) {
  for (const [name, value] of Object.entries(query)) {
    const text = String(value);
    if (text.includes("'") || !attributes.has(name)) continue;
    yield `@${name}='${text}'`;
  }
}

const server = Hapi.server({ port: 8001 });

server.route({
  method: 'GET',
  path: '/stock',
  handler(request, h) {
    const wanted = [...conditions(request.query)].join(' and ') || '@size';
    const items = xpath.select(`//item[@listed='1'][${wanted}]`, stock);
    return h.response({ items: items.map((item) => item.getAttribute('sku')) });
  },
});

await server.start();
