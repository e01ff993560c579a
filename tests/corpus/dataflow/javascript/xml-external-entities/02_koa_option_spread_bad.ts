import Router from '@koa/router';
import libxmljs from 'libxmljs2';

interface ParserProfile {
  noent?: boolean;
  dtdload?: boolean;
  nonet?: boolean;
  noblanks?: boolean;
}

const strict: ParserProfile = { noent: false, dtdload: false, nonet: true };
const lenient: ParserProfile = { noent: true, dtdload: true, noblanks: true };

const router = new Router();

router.put('/feeds/:slug', async (ctx) => {
  const { body } = ctx.request as unknown as { body: string };
  const options = { ...strict, ...lenient };
  const document = libxmljs.parseXml(body, options);
  const title = document.get('//channel/title') as libxmljs.Element | null;
  ctx.body = {
    slug: ctx.params.slug,
    title: title ? title.text() : null,
  };
});

export default router;
