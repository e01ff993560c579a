import { randomBytes } from 'node:crypto';
import { NextResponse, type NextRequest } from 'next/server';

interface PutOptions {
  days?: number;
  secure?: boolean;
}

const DAY = 24 * 60 * 60;

function put(response: NextResponse, name: string, value: string, { days = 1, secure = false }: PutOptions = {}) {
  response.cookies.set({
    name,
    value,
    secure,
    httpOnly: true,
    sameSite: 'strict',
    path: '/',
    maxAge: days * DAY,
  });
}

async function memberFor(code: string): Promise<number | null> {
  const answer = await fetch('https://accounts.rowing.example/members', {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ code }),
  });
  if (!answer.ok) return null;
  const { id } = (await answer.json()) as { id: number };
  return Number(id);
}

export async function POST(request: NextRequest): Promise<NextResponse> {
  const { code } = (await request.json()) as { code?: string };
  const member = await memberFor(String(code ?? ''));
  if (member === null) {
    return NextResponse.json({ error: 'code not valid' }, { status: 403 });
  }
  const session = randomBytes(32).toString('base64url');
  await fetch('https://accounts.rowing.example/sessions', {
    method: 'PUT',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ member, session }),
  });
  const response = NextResponse.json({ member });
  put(response, 'member_session', session, { days: 7, secure: true });
  return response;
}
