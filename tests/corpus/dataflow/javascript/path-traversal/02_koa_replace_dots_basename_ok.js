const fs = require('node:fs/promises');
const path = require('node:path');
const Koa = require('koa');
const { koaBody } = require('koa-body');

const app = new Koa();
app.use(koaBody());

const REPORTS = '/var/lib/reports';

function clean(name) {
  return path.basename(name.replace('../', ''));
}

app.use(async (ctx) => {
  if (ctx.method !== 'POST') {
    ctx.throw(405);
  }
  const { report } = ctx.request.body;
  if (typeof report !== 'string' || report.includes('\0')) {
    ctx.throw(400, 'report name expected');
  }
  const location = [REPORTS, clean(report)].join('/');
  try {
    ctx.type = 'text/csv';
    ctx.body = await fs.readFile(location);
  } catch (err) {
    ctx.throw(err.code === 'ENOENT' ? 404 : 500);
  }
});

app.listen(8080);
