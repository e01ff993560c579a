import { createReadStream } from 'node:fs';
import { stat } from 'node:fs/promises';
import path from 'node:path';
import Fastify, { type FastifyReply } from 'fastify';

const server = Fastify();
const ROOT = '/srv/exports/team';

async function stream(file: string, reply: FastifyReply): Promise<FastifyReply> {
  const info = await stat(file);
  if (!info.isFile()) {
    return reply.code(404).send();
  }
  reply.header('content-length', info.size);
  return reply.type('application/octet-stream').send(createReadStream(file));
}

server.get<{ Params: { '*': string } }>('/exports/*', async (request, reply) => {
  const wanted = path.resolve(ROOT, `./${request.params['*']}`);
  if (!wanted.startsWith(`${ROOT}${path.sep}`)) {
    return reply.code(403).send({ error: 'outside of the export folder' });
  }
  try {
    return await stream(wanted, reply);
  } catch (err) {
    request.log.info(err);
    return reply.code(404).send();
  }
});

server.listen({ port: 3000 });
