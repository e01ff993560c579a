import { NextRequest, NextResponse } from 'next/server';
import { Eta } from 'eta';

const eta = new Eta({ autoEscape: true });

type Campaign = { subject: string; product: string };

async function push(text: string): Promise<void> {
  await fetch('https://push.acme.internal/messages', {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ channel: 'news', text }),
  });
}

const strip = (s: string) => s.replace(/[<>%]/g, '');

export async function POST(request: NextRequest) {
  const { subject, product } = (await request.json()) as Campaign;
  const heading = strip(String(subject));
  const template = [heading, 'Now available: <%= it.product %>', '-- The shop'].join('\n');
  const text = eta.renderString(template, { product: String(product) });
  await push(text);
  return NextResponse.json({ sent: text.length }, { status: 202 });
}
