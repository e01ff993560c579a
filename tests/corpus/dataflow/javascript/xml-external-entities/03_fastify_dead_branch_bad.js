const fastify = require('fastify')();
const libxmljs = require('libxmljs2');

const LEGACY_ENTITIES = 'on';

fastify.addContentTypeParser(
  ['application/xml', 'text/xml'],
  { parseAs: 'string', bodyLimit: 262144 },
  (request, body, done) => done(null, body),
);

function read(xml) {
  let flags = { nonet: true };
  if (LEGACY_ENTITIES === 'on') {
    flags = Object.assign(flags, { noent: true, dtdload: true });
  }
  return libxmljs.parseXml(xml, flags);
}

fastify.post('/orders', async (request, reply) => {
  try {
    const doc = read(request.body);
    const sku = doc.get('/order/sku');
    const note = doc.get('/order/note');
    return { sku: sku && sku.text(), note: note && note.text() };
  } catch (err) {
    return reply.code(400).send({ error: 'order cannot be read' });
  }
});

fastify.listen({ port: 3000 });
