const Hapi = require('@hapi/hapi');
const Yar = require('@hapi/yar');
const { memberships } = require('./repositories');

async function resolveProject(userId, projectId) {
  const rows = await memberships.forUser(userId);
  return rows.find((row) => row.projectId === projectId);
}

async function start() {
  const server = Hapi.server({ port: 3000 });
  await server.register({
    plugin: Yar,
    options: { cookieOptions: { password: process.env.COOKIE_PASSWORD, isSecure: true } },
  });

  server.route({
    method: 'POST',
    path: '/projects/select',
    handler: async (request, h) => {
      const { projectId } = request.payload;
      const membership = await resolveProject(request.yar.get('userId'), projectId);
      if (membership === undefined) {
        return h.response({ error: 'not a member' }).code(403);
      }
      request.yar.set('projectId', membership.projectId);
      return h.response({ selected: true });
    },
  });

  await server.start();
}

start();
