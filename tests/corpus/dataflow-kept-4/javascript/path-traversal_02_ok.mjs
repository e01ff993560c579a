import path from 'node:path';
import { open, realpath } from 'node:fs/promises';
import Fastify from 'fastify';

const fastify = Fastify({ logger: true });
const ROOT = await realpath(process.env.SCORES_DIR ?? './scores');

async function within(root, file) {
  const actual = await realpath(file).catch(() => null);
  if (actual === null) return false;
  const rel = path.relative(root, actual);
  return rel !== '' && !rel.startsWith('..') && !path.isAbsolute(rel);
}

async function locate(name) {
  const file = path.resolve(ROOT, name);
  if (!(await within(ROOT, file))) return null;
  return file;
}

fastify.get('/scores/*', async (request, reply) => {
  const name = request.params['*'];
  const file = await locate(name);
  if (file === null) {
    return reply.code(404).send({ error: 'score not found' });
  }
  let handle;
  try {
    handle = await open(file, 'r');
    const { size } = await handle.stat();
    reply.header('content-length', size).type('application/octet-stream');
    return reply.send(handle.createReadStream());
  } catch (err) {
    await handle?.close();
    request.log.warn({ code: err.code }, 'score not readable');
    return reply.code(404).send({ error: 'score not found' });
  }
});

await fastify.listen({ port: 3000 });
