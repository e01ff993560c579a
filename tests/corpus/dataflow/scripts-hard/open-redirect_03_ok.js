'use strict';

const Hapi = require('@hapi/hapi');

const CAMPAIGNS = {
  spring: 'https://shop.example/spring',
  autumn: 'https://shop.example/autumn',
};

const resolvers = [
  ({ campaign }) => (Object.hasOwn(CAMPAIGNS, campaign) ? CAMPAIGNS[campaign] : undefined),
  ({ target }) => (typeof target === 'string' && target.length < 500 ? `/search/${encodeURIComponent(target)}` : undefined),
  () => '/',
];

function locate(query) {
  for (const resolver of resolvers) {
    const found = resolver(query);
    if (found) {
      return found;
    }
  }
  return '/';
}

async function start() {
  const server = Hapi.server({ port: 3000 });
  server.route({
    method: 'GET',
    path: '/go',
    handler: (request, h) => h.redirect(locate(request.query)).temporary(),
  });
  await server.start();
}

start();
