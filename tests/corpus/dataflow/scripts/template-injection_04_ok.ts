import { NextResponse, type NextRequest } from 'next/server';
import _ from 'lodash';

const PREVIEW_LIMIT = 400;

interface Draft {
  greeting: string;
  recipients: number;
}

const FOOTER = 'Sent to <%= recipients %> subscribers.';

function shorten(text: string): string {
  return text.length > PREVIEW_LIMIT ? text.slice(0, PREVIEW_LIMIT) : text;
}

function preview({ greeting, recipients }: Draft): string {
  const clean = shorten(_.escape(greeting));
  const compiled = _.template(FOOTER);
  return [clean, compiled({ recipients })].join('\n');
}

export async function POST(request: NextRequest): Promise<NextResponse> {
  const payload = await request.json();
  const draft: Draft = {
    greeting: String(payload?.greeting ?? ''),
    recipients: Number(payload?.recipients ?? 0),
  };
  const words = preview(draft).split(/\s+/).length;
  return NextResponse.json({ words });
}
