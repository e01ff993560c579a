import type { CookieSerializeOptions } from '@fastify/cookie';

interface Wish {
  maxAge: number;
  secure?: boolean;
  path?: string;
}

export function cookieOptions({ maxAge, secure = false, path = '/' }: Wish): CookieSerializeOptions {
  return { httpOnly: true, sameSite: 'strict', maxAge, secure, path };
}
