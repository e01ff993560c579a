import { cookies } from 'next/headers';
import { NextResponse, type NextRequest } from 'next/server';
import { getIronSession, type SessionOptions } from 'iron-session';
import { findUser } from '@/lib/users';

interface SessionData {
  userId?: string;
  displayName?: string;
  isAdmin?: boolean;
}

const options: SessionOptions = {
  cookieName: 'portal',
  password: process.env.SESSION_PASSWORD as string,
  cookieOptions: { secure: true, httpOnly: true, sameSite: 'lax' },
};

export async function POST(request: NextRequest): Promise<NextResponse> {
  const body = await request.json();
  const user = await findUser(body.email, body.password);
  if (!user) {
    return NextResponse.json({ error: 'unknown user' }, { status: 401 });
  }
  const session = await getIronSession<SessionData>(await cookies(), options);
  const known: SessionData = { userId: user.id, displayName: user.name, isAdmin: user.admin };
  const shown = { ...known, ...body.profile };
  Object.assign(session, known);
  await session.save();
  return NextResponse.json({ profile: shown });
}
