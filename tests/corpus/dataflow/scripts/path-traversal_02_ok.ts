import Fastify from 'fastify';
import { open } from 'node:fs/promises';

const app = Fastify();
const FOLDER = '/var/log/builds';

class BadName extends Error {
  readonly statusCode = 400;
}

function assertPlain(name: string): void {
  if (name.includes('/') || name.includes('\\') || name.includes('..') || name.includes('\0')) {
    throw new BadName('name');
  }
}

function fromBase64(text: string): string {
  return Buffer.from(text, 'base64url').toString('utf8');
}

async function tail(name: string, bytes: number): Promise<string> {
  const file = await open(`${FOLDER}/${name}`, 'r');
  try {
    const { size } = await file.stat();
    const length = Math.min(bytes, size);
    const { buffer } = await file.read(Buffer.alloc(length), 0, length, size - length);
    return buffer.toString('utf8');
  } finally {
    await file.close();
  }
}

app.get<{ Params: { ref: string } }>('/builds/:ref/tail', async (request) => {
  const { ref } = request.params;
  const name = fromBase64(ref);
  assertPlain(name);
  return { tail: await tail(name, 2048) };
});

app.listen({ port: 3333 });
