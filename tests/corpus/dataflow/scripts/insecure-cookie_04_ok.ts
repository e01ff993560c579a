import Hapi from '@hapi/hapi';
import cookie from '@hapi/cookie';

interface Settings {
  readonly cookiePassword: string;
  readonly https: boolean;
}

function settings(): Settings {
  const { COOKIE_PASSWORD = '' } = process.env;
  return { cookiePassword: COOKIE_PASSWORD, https: !'production'.startsWith('dev') };
}

async function main(): Promise<void> {
  const { cookiePassword: password, https: isSecure } = settings();
  const server = Hapi.server({ port: 3000, host: '0.0.0.0' });
  await server.register(cookie);

  server.auth.strategy('session', 'cookie', {
    cookie: { name: 'sid', password, isSecure, isHttpOnly: true, path: '/' },
    validate: async (_request: Hapi.Request, session: { id: number }) => ({ isValid: session.id > 0 }),
  });
  server.auth.default('session');

  server.route({
    method: 'GET',
    path: '/ping',
    handler: (_request, h) => h.response({ up: true }),
  });

  await server.start();
}

void main();
