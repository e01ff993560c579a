const { app } = require('@azure/functions');
const { readFile } = require('node:fs/promises');
const libxmljs = require('libxmljs2');

let catalog;

async function load() {
  catalog ??= libxmljs.parseXml(await readFile('catalog.xml', 'utf8'), { nonet: true });
  return catalog;
}

app.http('article', {
  methods: ['GET'],
  authLevel: 'anonymous',
  route: 'articles',
  handler: async (request, context) => {
    const requested = request.query.get('id') ?? '';
    const id = Number.parseInt(requested, 10);
    if (Number.isNaN(id)) {
      return { status: 400, jsonBody: { error: 'id must be a number' } };
    }
    const doc = await load();
    const path = ['/catalog/article[@id=', requested, '][@state="published"]'].join('');
    const article = doc.get(path);
    if (!article) {
      context.log('no article', id);
      return { status: 404 };
    }
    return {
      jsonBody: { id, title: article.get('title').text(), price: article.get('price').text() },
    };
  },
});
