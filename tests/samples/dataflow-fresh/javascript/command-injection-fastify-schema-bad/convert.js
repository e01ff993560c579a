const fastify = require('fastify')();
const { exec } = require('child_process');

const schema = {
  body: {
    type: 'object',
    required: ['file', 'quality'],
    properties: {
      file: { type: 'string' },
      quality: { type: 'integer', minimum: 1, maximum: 100 },
    },
  },
};

fastify.post('/optimise', { schema }, (request, reply) => {
  const { file, quality } = request.body;
  exec(`pngquant --quality=${quality} /data/${file}`, (error) => {
    reply.code(error ? 500 : 200).send({ ok: !error });
  });
});
fastify.listen({ port: 3000 });
