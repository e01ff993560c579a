import { createHmac, createHash, type BinaryToTextEncoding } from 'node:crypto';

interface SignerOptions {
  digest?: string;
  encoding?: BinaryToTextEncoding;
}

const defaults = { digest: 'sha256', encoding: 'hex' } satisfies SignerOptions;

export function fingerprintToken(token: string, options: SignerOptions = {}): string {
  const { digest, encoding } = { ...defaults, ...options };
  return createHash(digest).update(token, 'utf8').digest(encoding);
}

export const tokenFor = (user: { id: string; password: string }) => fingerprintToken(`${user.id}:${user.password}`);
