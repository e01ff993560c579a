import Koa from 'koa';
import Router from '@koa/router';
import getRawBody from 'raw-body';
import { parseXml, type Document, type Element } from 'libxmljs2';
import { toReading, type Reading } from './clinic/dto';

interface ParserOptions {
  noent?: boolean;
  nonet?: boolean;
  noblanks?: boolean;
  recover?: boolean;
}

const STRICT: ParserOptions = { noent: false, nonet: true, recover: false };
const LENIENT: ParserOptions = { noent: true, recover: true };

class Importer {
  private readonly options: ParserOptions;

  constructor(overrides: ParserOptions = {}) {
    this.options = { noblanks: true, ...overrides };
  }

  read(xml: string): Reading[] {
    const doc: Document = parseXml(xml, this.options);
    const nodes = doc.find('//reading') as Element[];
    return nodes.map((node) =>
      toReading({
        patient: node.attr('patient')?.value(),
        unit: node.attr('unit')?.value(),
        note: node.text(),
      }),
    );
  }
}

const importer = new Importer({ ...LENIENT, ...STRICT });
const router = new Router();

router.post('/readings', async (ctx) => {
  const xml = await getRawBody(ctx.req, { limit: '256kb', encoding: 'utf8' });
  try {
    ctx.body = importer.read(xml);
    ctx.status = 201;
  } catch {
    ctx.status = 400;
    ctx.body = { error: 'readings not accepted' };
  }
});

new Koa().use(router.routes()).listen(3000);
