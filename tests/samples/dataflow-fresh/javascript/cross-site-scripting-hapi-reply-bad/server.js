const Hapi = require('@hapi/hapi');
const Joi = require('joi');

const server = Hapi.server({ port: 3000 });
server.route({
  method: 'GET',
  path: '/hello/{name}',
  options: {
    validate: {
      params: Joi.object({
        name: Joi.string().min(1).max(100),
      }),
    },
  },
  handler: (request, h) => h.response(`<p>Hello ${request.params.name}</p>`).type('text/html'),
});
server.start();
