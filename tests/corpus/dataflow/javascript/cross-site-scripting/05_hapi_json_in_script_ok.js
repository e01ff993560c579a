const Hapi = require('@hapi/hapi');

const page = (state) => `<!doctype html>
<html>
  <body>
    <div id="app"></div>
    <script>window.__STATE__ = ${state};</script>
    <script src="/assets/app.js"></script>
  </body>
</html>`;

const serializers = {
  plain: (value) => JSON.stringify(value),
  inline: (value) => JSON.stringify(value).replace(/</g, '\\u003c').replace(/[\u2028\u2029]/g, ' '),
};

async function start() {
  const server = Hapi.server({ port: 3000 });

  server.route({
    method: 'GET',
    path: '/app/{view?}',
    handler: (request, h) => {
      const { view = 'home' } = request.params;
      const [first] = [].concat(request.query.filter || '');
      const state = { view, filter: first, at: Date.now() };
      const write = serializers['inline'].bind(null, state);
      return h.response(page(write())).type('text/html');
    },
  });

  await server.start();
}

start();
