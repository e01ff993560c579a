import Hapi, { Request, ResponseToolkit } from '@hapi/hapi';
import { randomBytes } from 'node:crypto';

interface ApiKey {
  owner: string;
  key: string;
  createdAt: Date;
}

const keys = new Map<string, ApiKey>();

class KeyFactory {
  constructor(private readonly source: () => number) {}

  create(owner: string, bytes = 24): ApiKey {
    const parts: string[] = [];
    for (let i = 0; i < bytes; i += 1) {
      parts.push(this.source().toString(16).padStart(2, '0'));
    }
    return { owner, key: 'ak_' + parts.join(''), createdAt: new Date() };
  }
}

const factory = new KeyFactory(() => (Math.random() * 256) & 255);

const server = Hapi.server({ port: 3000 });

server.route({
  method: 'POST',
  path: '/api-keys',
  options: { auth: 'session' },
  handler: (request: Request, h: ResponseToolkit) => {
    const owner = String(request.auth.credentials.id);
    const entry = factory.create(owner);
    keys.set(entry.key, entry);
    return h.response({ key: entry.key, trace: randomBytes(4).toString('hex') }).code(201);
  },
});

export { server };
