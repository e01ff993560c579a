import type { NextRequest } from 'next/server';

interface Boot {
  locale: string;
  campaign: string | null;
  release: number;
}

const SHELL_HEAD = '<!doctype html><meta charset="utf-8"><div id="root"></div>';

function embed(state: Boot): string {
  const json = JSON.stringify(state).replace(/[<>\u2028\u2029]/g, (c) => '\\u' + c.charCodeAt(0).toString(16).padStart(4, '0'));
  return `<script>window.__BOOT__ = ${json};</script>`;
}

export async function GET(request: NextRequest): Promise<Response> {
  const { searchParams } = request.nextUrl;
  const state: Boot = {
    locale: 'en',
    campaign: searchParams.get('utm_campaign'),
    release: 42,
  };
  const html = [SHELL_HEAD, embed(state), '<script src="/app.js" defer></script>'].join('\n');
  return new Response(html, { headers: { 'content-type': 'text/html; charset=utf-8' } });
}
