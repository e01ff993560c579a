const { readFile } = require('node:fs/promises');
const { format } = require('node:util');
const Router = require('@koa/router');
const libxmljs = require('libxmljs2');

const router = new Router();
let catalogue;

async function load() {
  if (!catalogue) {
    catalogue = libxmljs.parseXml(await readFile('data/catalogue.xml', 'utf8'));
  }
  return catalogue;
}

router.get('/items/:id', async (ctx) => {
  const parsed = Number.parseInt(ctx.params.id, 10);
  const id = ctx.params.id;
  if (Number.isNaN(parsed)) {
    ctx.throw(400, 'numeric id expected');
  }
  const doc = await load();
  const node = doc.get(format("//item[@public='yes' and @id=%s]", id));
  if (!node) {
    ctx.throw(404);
  }
  ctx.body = { title: node.get('title').text() };
});

module.exports = router;
