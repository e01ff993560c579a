import { NextRequest, NextResponse } from 'next/server';

const HOME = new URL('https://shop.example.com/');

const trusted = (target: URL) => target.protocol === 'https:' && target.hostname.endsWith('.example.com');

function destination(raw: string | null): URL {
  if (!raw) {
    return HOME;
  }
  let target: URL;
  try {
    target = new URL(raw, HOME);
  } catch {
    return HOME;
  }
  return trusted(target) ? target : HOME;
}

export function GET(request: NextRequest): NextResponse {
  const target = destination(request.nextUrl.searchParams.get('return_to'));
  const response = NextResponse.redirect(target, { status: 302 });
  response.headers.set('cache-control', 'no-store');
  return response;
}
