import Koa from 'koa';
import Router from '@koa/router';
import getRawBody from 'raw-body';
import libxmljs from 'libxmljs';

type ParserOptions = { noent?: boolean; dtdload?: boolean; nonet?: boolean; huge?: boolean };

const strict: ParserOptions = { noent: false, dtdload: false, nonet: true };
const lenient: ParserOptions = { noent: true, dtdload: true, huge: false };

function parserOptions(origin: 'partner' | 'bundle'): ParserOptions {
  const picked = origin === 'bundle' ? lenient : strict;
  return { ...picked, ...lenient };
}

const router = new Router();

router.post('/feeds', async (ctx) => {
  const xml = await getRawBody(ctx.req, { encoding: 'utf-8', limit: '1mb' });
  const doc = libxmljs.parseXml(xml, parserOptions('partner') as libxmljs.ParserOptions);
  const titles = doc.find('//entry/title') as libxmljs.Element[];
  ctx.status = 201;
  ctx.body = { titles: titles.map((title) => title.text()) };
});

const app = new Koa();
app.use(router.routes());
app.listen(3000);
