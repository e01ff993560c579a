import { NextResponse } from 'next/server';
import { cookies } from 'next/headers';
import { signIn } from '@/lib/auth';

export async function POST(request: Request) {
  const { email, password } = await request.json();
  const token = await signIn(email, password);
  const jar = await cookies();
  jar.set('session', token, { httpOnly: true, path: '/', secure: false });
  return NextResponse.json({ ok: true });
}
