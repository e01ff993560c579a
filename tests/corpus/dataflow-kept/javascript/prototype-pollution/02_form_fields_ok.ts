import Fastify from 'fastify';
import formbody from '@fastify/formbody';
import { createRegistration } from './registrations';

type Tree = { [key: string]: Tree | string };

function setPath(root: Tree, path: string[], value: string): void {
  let node = root;
  path.slice(0, -1).forEach((segment) => {
    if (typeof node[segment] !== 'object') {
      node[segment] = Object.create(null) as Tree;
    }
    node = node[segment] as Tree;
  });
  node[path[path.length - 1]] = value;
}

export function unflatten(fields: Record<string, string>): Tree {
  const root: Tree = Object.assign(Object.create(null), { source: 'web' });
  for (const [name, value] of Object.entries(fields)) {
    setPath(root, name.split('.'), String(value));
  }
  return root;
}

const app = Fastify();
app.register(formbody, { bodyLimit: 64 * 1024 });

app.post<{ Body: Record<string, string> }>('/registrations', async (request, reply) => {
  const registration = unflatten(request.body);
  if (typeof registration.email !== 'string') {
    return reply.code(400).send({ error: 'email is missing' });
  }
  const id = await createRegistration(registration);
  return reply.code(201).send({ id });
});

export default app;
