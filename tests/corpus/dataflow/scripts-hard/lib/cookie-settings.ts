import type { CookieOptions } from 'express';

export const BASE_COOKIE: Readonly<CookieOptions> = Object.freeze({
  httpOnly: true,
  secure: true,
  sameSite: 'lax',
  path: '/',
});

export const PREVIEW_COOKIE: Readonly<CookieOptions> = Object.freeze({
  secure: false,
  maxAge: 3_600_000,
});
