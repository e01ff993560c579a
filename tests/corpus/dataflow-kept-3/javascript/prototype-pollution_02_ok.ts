import Fastify from 'fastify';

type Tree = { [key: string]: any };

const app = Fastify();
const flags: Tree = { checkout: { express: { enabled: false } }, search: {} };

const RESERVED = ['prototype', ...Object.getOwnPropertyNames(Object.prototype)];

function setPath(root: Tree, path: string, value: unknown): void {
  const keys = path.split('.');
  if (keys.some((key) => RESERVED.includes(key))) {
    throw new RangeError('path');
  }
  const last = keys.pop() as string;
  const parent = keys.reduce<Tree>((node, key) => {
    node[key] ??= {};
    return node[key];
  }, root);
  parent[last] = value;
}

app.put<{ Body: { path: string; value: boolean } }>('/flags', async (request, reply) => {
  const { path, value } = request.body;
  try {
    setPath(flags, String(path), value === true);
  } catch (err) {
    if (err instanceof RangeError || err instanceof TypeError) {
      return reply.code(400).send({ error: 'path not accepted' });
    }
    throw err;
  }
  return { updated: true };
});

app.listen({ port: 3000 });
