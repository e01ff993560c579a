import { NextResponse, type NextRequest } from 'next/server';


export function middleware(request: NextRequest) {
  const target = request.nextUrl.searchParams.get('returnTo');
  if (!target) {
    return NextResponse.next();
  }
  return NextResponse.redirect(new URL(target, request.url));
}

export const config = { matcher: ['/login'] };
