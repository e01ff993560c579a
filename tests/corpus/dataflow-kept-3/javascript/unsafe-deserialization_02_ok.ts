import Fastify from 'fastify';
import yaml from 'js-yaml';
import jsTypes from 'js-yaml-js-types';

const app = Fastify();
const EXTENDED = yaml.DEFAULT_SCHEMA.extend(jsTypes.all);

interface Pipeline {
  name?: string;
  steps?: unknown[];
}

const schemas = {
  internal: EXTENDED,
  upload: yaml.JSON_SCHEMA,
};

app.addContentTypeParser('application/yaml', { parseAs: 'string' }, (_req, body, done) => {
  done(null, body);
});

app.post<{ Body: string }>('/pipelines/lint', async (request, reply) => {
  let pipeline: Pipeline;
  try {
    pipeline = yaml.load(request.body, { schema: schemas.upload }) as Pipeline;
  } catch {
    return reply.code(422).send({ error: 'not a pipeline' });
  }
  const steps = Array.isArray(pipeline?.steps) ? pipeline.steps.length : 0;
  return { ok: steps > 0, label: `${pipeline?.name ?? 'unnamed'}`.length, steps };
});

app.listen({ port: 3000 });
