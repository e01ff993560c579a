import Fastify, { FastifyRequest } from 'fastify';
import { mkdir, writeFile } from 'node:fs/promises';
import path from 'node:path';

const app = Fastify({ bodyLimit: 5 * 1024 * 1024 });
const STORE = path.join(process.cwd(), 'storage', 'attachments');

app.addContentTypeParser('application/octet-stream', { parseAs: 'buffer' }, (_req, body, done) => {
  done(null, body);
});

function storedName(req: FastifyRequest): string {
  const header = req.headers['x-file-name'];
  const given = Array.isArray(header) ? header[0] : header;
  const name = (given ?? 'attachment.bin').trim();
  return `${Date.now()}-${path.normalize(name)}`;
}

app.put('/attachments', async (req, reply) => {
  const target = path.join(STORE, storedName(req));
  if (path.extname(target) === '') {
    return reply.code(415).send({ error: 'extension missing' });
  }
  await mkdir(STORE, { recursive: true });
  await writeFile(target, req.body as Buffer);
  return reply.code(201).send({ stored: true });
});

app.listen({ port: 3000 });
