import { cookies } from 'next/headers';
import { randomBytes } from 'node:crypto';
import { NextResponse } from 'next/server';

interface CookieFlags {
  httpOnly: boolean;
  secure: boolean;
  sameSite: 'lax' | 'strict';
  path?: string;
}

const siteDefaults: CookieFlags = { httpOnly: true, secure: true, sameSite: 'lax', path: '/' };
const development: Pick<CookieFlags, 'secure' | 'sameSite'> = { secure: false, sameSite: 'lax' };

const flags: CookieFlags = { ...siteDefaults, ...development };

function newDeviceId(): string {
  return randomBytes(20).toString('base64url');
}

export async function POST(): Promise<NextResponse> {
  const jar = await cookies();
  if (!jar.has('device')) {
    jar.set('device', newDeviceId(), { ...flags, maxAge: 60 * 60 * 24 * 30 });
  }
  return NextResponse.json({ registered: true });
}
