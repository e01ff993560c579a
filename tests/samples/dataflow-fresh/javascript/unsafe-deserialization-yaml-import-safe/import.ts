import Fastify, { FastifyRequest } from 'fastify';
import yaml from 'js-yaml';
import { DEFAULT_FULL_SCHEMA } from 'js-yaml-js-types';
import unsafe from 'js-yaml-js-types';

interface Upload {
  document: string;
}

const app = Fastify();
const schema = yaml.JSON_SCHEMA;

app.post('/import', async (request: FastifyRequest<{ Body: Upload }>) => {
  const { document } = request.body;
  const parsed = yaml.load(document, { schema }) as Record<string, unknown>;
  return { keys: Object.keys(parsed) };
});
app.listen({ port: 3000 });
