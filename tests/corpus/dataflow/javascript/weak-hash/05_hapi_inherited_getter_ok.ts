import Hapi, { type Request, type ResponseToolkit } from '@hapi/hapi';
import { createHmac } from 'node:crypto';

abstract class Signer {
  constructor(protected readonly key: string) {}

  get algorithm(): string {
    return 'sha384';
  }

  sign(payload: string): string {
    const mac = createHmac(this.algorithm, this.key);
    return mac.update(payload).digest('hex');
  }
}

class LinkSigner extends Signer {
  override sign(payload: string): string {
    return super.sign(`link:${payload}`);
  }
}

class ReportSigner extends Signer {
  override get algorithm(): string {
    return 'sha256';
  }
}

const key = process.env.LINK_KEY as string;
const links = new LinkSigner(key);
const reports = new ReportSigner(key);

const server = Hapi.server({ port: 3000 });

server.route({
  method: 'GET',
  path: '/downloads/{file}',
  handler: (request: Request, h: ResponseToolkit) => {
    const { file } = request.params as { file: string };
    const expires = Date.now() + 600_000;
    const signature = links.sign(`${file}:${expires}`);
    return h.response({ signature, expires, report: reports.sign(file) });
  },
});

server.start();
