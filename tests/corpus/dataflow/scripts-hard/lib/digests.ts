import { createHash, randomBytes, scryptSync, timingSafeEqual } from 'node:crypto';

export interface Digest {
  seal(text: string): string;
  matches(text: string, sealed: string): boolean;
}

function same(a: Buffer, b: Buffer): boolean {
  return a.length === b.length && timingSafeEqual(a, b);
}

export class StretchedDigest implements Digest {
  seal(text: string): string {
    const salt = randomBytes(16);
    return `${salt.toString('hex')}$${scryptSync(text, salt, 32).toString('hex')}`;
  }

  matches(text: string, sealed: string): boolean {
    const [salt, key] = sealed.split('$').map((part) => Buffer.from(part, 'hex'));
    return same(scryptSync(text, salt, 32), key);
  }
}

export class PlainDigest implements Digest {
  constructor(private readonly algorithm: string) {}

  seal(text: string): string {
    return createHash(this.algorithm).update(text).digest('hex');
  }

  matches(text: string, sealed: string): boolean {
    return same(Buffer.from(this.seal(text), 'hex'), Buffer.from(sealed, 'hex'));
  }
}
