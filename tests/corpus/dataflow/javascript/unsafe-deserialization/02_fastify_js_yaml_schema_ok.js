const fastify = require('fastify')({ logger: true });
const yaml = require('js-yaml');
const { all: extraTypes } = require('js-yaml-js-types');

const schema = yaml.DEFAULT_SCHEMA.extend(extraTypes);

fastify.addContentTypeParser('application/yaml', { parseAs: 'string' }, (request, body, done) => {
  done(null, body);
});

fastify.post('/pipelines', async (request, reply) => {
  let definition;
  try {
    definition = yaml.load(request.body, { schema: yaml.CORE_SCHEMA, filename: 'pipeline.yml' });
  } catch (err) {
    return reply.code(400).send({ error: err.reason });
  }
  if (!definition || !Array.isArray(definition.steps)) {
    return reply.code(422).send({ error: 'steps are missing' });
  }
  const names = definition.steps.map((step) => `${step.name}`);
  return { accepted: names.length, names };
});

fastify.get('/pipelines/sample', async () => {
  return yaml.dump({ steps: [{ name: 'build' }] }, { schema });
});

fastify.listen({ port: 3000 });
