import { NextResponse, type NextRequest } from 'next/server';

const ALLOWED = ['/dashboard', '/billing', '/profile'] as const;

export function middleware(request: NextRequest) {
  const target = request.nextUrl.searchParams.get('returnTo');
  if (!target) {
    return NextResponse.next();
  }
  const page = ALLOWED.find((p) => p === target) ?? ALLOWED[0];
  return NextResponse.redirect(new URL(page, request.url));
}

export const config = { matcher: ['/login'] };
