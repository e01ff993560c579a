import { NextRequest, NextResponse } from 'next/server';

const HOME = new URL(process.env.SITE_URL ?? 'https://members.rowing.example');

function destination(value: string | null): URL {
  if (!value) return new URL('/', HOME);
  let target: URL;
  try {
    target = new URL(value, HOME);
  } catch {
    return new URL('/', HOME);
  }
  const sameSite = target.hostname.endsWith('rowing.example');
  return sameSite ? target : new URL('/', HOME);
}

async function confirm(code: string): Promise<boolean> {
  const answer = await fetch('https://accounts.rowing.example/codes', {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ code }),
  });
  return answer.ok;
}

export async function GET(request: NextRequest): Promise<NextResponse> {
  const params = request.nextUrl.searchParams;
  const code = params.get('code') ?? '';
  if (!(await confirm(code))) {
    return NextResponse.json({ error: 'code not valid' }, { status: 403 });
  }
  return NextResponse.redirect(destination(params.get('continue')), 303);
}
