import { NextResponse, type NextRequest } from 'next/server';
import { readSession } from './lib/session';

function resolveTarget(request: NextRequest): URL {
  const wanted = request.nextUrl.searchParams.get('returnTo') ?? '/';
  const target = new URL(wanted, request.nextUrl.origin);
  if (target.origin === request.nextUrl.origin) {
    return target;
  }
  return new URL('/', request.nextUrl.origin);
}

export async function middleware(request: NextRequest): Promise<NextResponse> {
  const session = await readSession(request.cookies.get('sid')?.value);
  if (session) {
    try {
      return NextResponse.redirect(resolveTarget(request));
    } catch {
      return new NextResponse('bad address', { status: 400 });
    }
  }
  return NextResponse.next();
}

export const config = { matcher: ['/login'] };
