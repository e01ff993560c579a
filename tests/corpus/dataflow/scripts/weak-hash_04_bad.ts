import CryptoJS from 'crypto-js';
import type { Context, Next } from 'koa';

type Digest = (message: string) => { toString(): string };

abstract class Signer {
  protected abstract readonly digest: Digest;

  constructor(protected readonly secret: string) {}

  sign(fields: Record<string, string>): string {
    const canonical = Object.keys(fields)
      .sort()
      .map((name) => `${name}=${fields[name]}`)
      .join('&');
    return this.digest(`${this.secret}|${canonical}|${this.secret}`).toString();
  }
}

class PartnerSigner extends Signer {
  protected readonly digest: Digest = CryptoJS.MD5;
}

class CallbackSigner extends PartnerSigner {
  protected readonly accountDigest: Digest = CryptoJS.SHA256;
}

const signer = new CallbackSigner(process.env.CALLBACK_SECRET ?? '');

export async function requireSignature(ctx: Context, next: Next): Promise<void> {
  const fields = Object.fromEntries(new URLSearchParams(ctx.querystring));
  const { signature = '', ...signed } = fields;
  if (signer.sign(signed) !== signature) {
    ctx.status = 403;
    return;
  }
  await next();
}
