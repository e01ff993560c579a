import { cookies } from 'next/headers';
import { NextRequest, NextResponse } from 'next/server';
import { SignJWT } from 'jose';

interface CookieOptions {
  httpOnly?: boolean;
  secure?: boolean;
  sameSite?: 'lax' | 'strict' | 'none';
  path?: string;
  maxAge?: number;
}

type Hardening = (options: CookieOptions) => CookieOptions;

const hardening: Hardening[] = [
  (options) => ({ ...options, httpOnly: true }),
  (options) => ({ ...options, sameSite: 'strict' }),
  (options) => ({ ...options, path: '/app', secure: true }),
];

const harden: Hardening = (options) => hardening.reduce((current, step) => step(current), options);

async function accessToken(userId: string): Promise<string> {
  const key = new TextEncoder().encode(process.env.JWT_KEY);
  return new SignJWT({ sub: userId }).setProtectedHeader({ alg: 'HS256' }).setExpirationTime('1h').sign(key);
}

export async function POST(request: NextRequest): Promise<NextResponse> {
  const { email, password } = (await request.json()) as Record<string, unknown>;
  const check = await fetch('https://identity.example.com/verify', {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ email, password }),
  });
  if (!check.ok) {
    return NextResponse.json({ signedIn: false }, { status: 401 });
  }
  const { id } = (await check.json()) as { id: string };
  const jar = await cookies();
  jar.set('access', await accessToken(id), harden({ maxAge: 3600 }));
  return NextResponse.json({ signedIn: true });
}
