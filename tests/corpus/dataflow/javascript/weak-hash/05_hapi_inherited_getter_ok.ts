import Hapi, { type Request, type ResponseToolkit } from '@hapi/hapi';
import { createHash } from 'node:crypto';
import { approvals } from './approvals';

abstract class Fingerprint {
  get algorithm(): string {
    return 'sha384';
  }

  of(content: Buffer): string {
    return createHash(this.algorithm).update(content).digest('hex');
  }
}

class BinaryFingerprint extends Fingerprint {
  override of(content: Buffer): string {
    return `bin:${super.of(content)}`;
  }
}

class TextFingerprint extends Fingerprint {
  override get algorithm(): string {
    return 'sha256';
  }
}

const binary = new BinaryFingerprint();
const text = new TextFingerprint();

const server = Hapi.server({ port: 3000 });

server.route({
  method: 'POST',
  path: '/firmware/{model}/install',
  options: { payload: { parse: false, output: 'data', maxBytes: 8_000_000 } },
  handler: async (request: Request, h: ResponseToolkit) => {
    const digest = binary.of(request.payload as Buffer);
    const approved = await approvals.has(request.params.model, digest);
    if (!approved) {
      return h.response({ error: 'image was not approved' }).code(403);
    }
    return h.response({ digest, note: text.of(Buffer.from(request.params.model)) });
  },
});

server.start();
