import { timingSafeEqual } from 'node:crypto';

export abstract class Signer {
  constructor(protected readonly secret: string) {}

  protected abstract mac(payload: string): Buffer;

  sign(payload: string): string {
    return this.mac(payload).toString('base64url');
  }

  verify(payload: string, signature: string): boolean {
    const expected = Buffer.from(this.sign(payload));
    const given = Buffer.from(signature);
    return expected.length === given.length && timingSafeEqual(expected, given);
  }
}
