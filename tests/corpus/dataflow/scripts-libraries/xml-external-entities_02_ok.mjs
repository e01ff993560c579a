import Koa from 'koa';
import getRawBody from 'raw-body';
import libxmljs from 'libxmljs2';

const PROFILES = {
  partner: { noent: true, dtdload: true, noblanks: true },
  public: { noent: false, dtdload: false, noblanks: true },
};

const profileFor = (path, host) => (path.startsWith('/admin/') && host ? 'partner' : 'public');

async function readXml(ctx) {
  const text = await getRawBody(ctx.req, { limit: '1mb', encoding: 'utf8' });
  const profile = PROFILES[profileFor(ctx.path, ctx.host)];
  return libxmljs.parseXml(text, { ...profile });
}

function summary(doc) {
  const titles = doc.find('//item/title').map((node) => node.text());
  return { items: titles.length, titles };
}

const app = new Koa();

app.use(async (ctx, next) => {
  try {
    await next();
  } catch (err) {
    ctx.status = err.status ?? 400;
    ctx.body = { error: 'feed rejected' };
  }
});

app.use(async (ctx) => {
  if (ctx.method !== 'POST' || !ctx.path.startsWith('/feeds/')) {
    ctx.throw(404);
  }
  ctx.body = summary(await readXml(ctx));
});

app.listen(3300);
