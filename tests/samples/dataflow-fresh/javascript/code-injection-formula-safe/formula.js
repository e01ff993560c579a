const Koa = require('koa');
const Router = require('@koa/router');
const bodyParser = require('koa-bodyparser');
const vm = require('vm');

const router = new Router({ prefix: '/sheets' });

function* cells(sheet) {
  for (const row of sheet.rows) {
    yield* row;
  }
}

router.post('/eval', async (ctx) => {
  const { sheet } = ctx.request.body;
  const values = [];
  for (const cell of cells(sheet)) {
    values.push(Number.parseFloat(cell.formula));
  }
  ctx.body = { values };
});

new Koa().use(bodyParser()).use(router.routes()).listen(4000);
