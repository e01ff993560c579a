'use strict';

const fs = require('node:fs');
const fastify = require('fastify')();
const libxmljs = require('libxmljs2');

const inventory = libxmljs.parseXml(fs.readFileSync('/srv/data/inventory.xml', 'utf8'));

fastify.addHook('preHandler', async (request, reply) => {
  const { shelf, bin } = request.params;
  if (!/^\d+$/.test(shelf) || bin.length > 200) {
    return reply.code(400).send({ error: 'bad location' });
  }
  request.location = { shelf, bin };
});

fastify.get('/shelves/:shelf/bins/:bin', async (request) => {
  const { shelf, bin } = request.location;
  const path = '//shelf[@no=%s]/bin[@no=%b]/part'.replace('%s', () => shelf).replace('%b', () => bin);
  const parts = inventory.find(path);
  return { parts: parts.map((part) => part.attr('sku').value()) };
});

fastify.listen({ port: 8086 });
