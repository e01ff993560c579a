import Hapi from '@hapi/hapi';
import ejs from 'ejs';
import Joi from 'joi';

const layouts: Record<string, string> = {
  plain: '<div><%= body %></div>',
  card: '<section class="card"><%= body %></section>',
};

const init = async () => {
  const server = Hapi.server({ port: 3000 });
  server.route({
    method: 'POST',
    path: '/render',
    options: {
      validate: {
        payload: Joi.object({ layout: Joi.string().required(), body: Joi.string().max(2000).required() }),
      },
    },
    handler: async (request, h) => {
      const { layout, body } = request.payload as { layout: string; body: string };
      const page = ejs.render(layouts[layout] ?? layout, { body });
      return h.response(page).type('text/html');
    },
  });
  await server.start();
};
init();
