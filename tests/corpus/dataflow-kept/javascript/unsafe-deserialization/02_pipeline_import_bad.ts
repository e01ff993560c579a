import Fastify from 'fastify';
import multipart from '@fastify/multipart';
import yaml from 'js-yaml';
import jsTypes from 'js-yaml-js-types';

interface Pipeline {
  name: string;
  steps: Array<{ run: string; when?: unknown }>;
}

const schema = yaml.DEFAULT_SCHEMA.extend(jsTypes.all);

function parsePipeline(text: string): Pipeline {
  const doc = yaml.load(text, { schema, filename: 'pipeline.yml' }) as Partial<Pipeline> | null;
  if (!doc || !doc.name || !Array.isArray(doc.steps)) {
    throw new Error('a pipeline needs a name and steps');
  }
  return { name: `${doc.name}`, steps: doc.steps };
}

const app = Fastify({ logger: true });
app.register(multipart, { limits: { fileSize: 64 * 1024 } });

app.post('/pipelines', async (request, reply) => {
  const part = await request.file();
  if (!part) {
    return reply.code(400).send({ error: 'no file' });
  }
  const buffer = await part.toBuffer();
  try {
    const pipeline = parsePipeline(buffer.toString('utf8'));
    return reply.code(201).send({ name: pipeline.name, steps: pipeline.steps.length });
  } catch (err) {
    request.log.warn(err);
    return reply.code(422).send({ error: 'not a pipeline' });
  }
});

export default app;
