import { NextRequest, NextResponse } from 'next/server';
import { cookies } from 'next/headers';
import { revokeSession } from '@/lib/sessions';

const FALLBACK = '/goodbye';

function destination(request: NextRequest): URL {
  const wanted = request.nextUrl.searchParams.get('returnTo') ?? FALLBACK;
  const base = request.nextUrl.origin;
  try {
    const url = new URL(wanted, base);
    return ['http:', 'https:'].includes(url.protocol) ? url : new URL(FALLBACK, base);
  } catch {
    return new URL(FALLBACK, base);
  }
}

export async function GET(request: NextRequest): Promise<NextResponse> {
  const jar = await cookies();
  const session = jar.get('session');
  if (session) {
    await revokeSession(session.value);
  }
  const response = NextResponse.redirect(destination(request), 303);
  response.cookies.delete('session');
  return response;
}
