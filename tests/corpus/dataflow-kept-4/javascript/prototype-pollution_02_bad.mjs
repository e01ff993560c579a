import Hapi from '@hapi/hapi';

const settings = { lights: { hall: { level: 40 } }, heating: { target: 19 } };

function assign(root, dotted, value) {
  const steps = dotted.split('.');
  const last = steps.pop();
  let node = root;
  for (const step of steps) {
    if (step === '__proto__') return false;
    node = node[step] ??= {};
    if (node === null || (typeof node !== 'object' && typeof node !== 'function')) return false;
  }
  if (last === '__proto__') return false;
  node[last] = value;
  return true;
}

const server = Hapi.server({ port: 3000, host: '127.0.0.1' });

server.route([
  {
    method: 'GET',
    path: '/settings',
    handler: () => settings,
  },
  {
    method: 'PUT',
    path: '/settings/{key}',
    handler: (request, h) => {
      const { value } = request.payload ?? {};
      const level = typeof value === 'number' || typeof value === 'boolean' ? value : String(value);
      return assign(settings, request.params.key, level)
        ? h.response().code(204)
        : h.response({ error: 'unknown setting' }).code(404);
    },
  },
]);

await server.start();
