import { cookies } from 'next/headers';
import { NextResponse } from 'next/server';
import { SignJWT } from 'jose';
import { checkPassword } from './store';

const secret = new TextEncoder().encode(process.env.JWT_SECRET);

async function issue(userId: string): Promise<string> {
  return new SignJWT({ sub: userId })
    .setProtectedHeader({ alg: 'HS256' })
    .setExpirationTime('8h')
    .sign(secret);
}

export async function POST(request: Request) {
  const { email, password } = await request.json();
  const userId = await checkPassword(String(email), String(password));
  if (userId === null) {
    return NextResponse.json({ error: 'login failed' }, { status: 401 });
  }
  const jar = await cookies();
  jar.set({
    name: 'auth',
    value: await issue(userId),
    httpOnly: true,
    sameSite: 'strict',
    maxAge: 8 * 3600,
    secure: true,
  });
  return NextResponse.json({ ok: true });
}
