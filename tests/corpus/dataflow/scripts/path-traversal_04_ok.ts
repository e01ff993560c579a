import { NextResponse } from 'next/server';
import { readFile } from 'node:fs/promises';
import path from 'node:path';

type Context = { params: Promise<{ invoice: string[] }> };

const HOME = path.join(process.cwd(), 'private', 'invoices');

const NUMBER = /^\d{4}-\d{6}$/;

function fileFor(segments: string[]): string | undefined {
  const number = segments.map((segment) => decodeURIComponent(segment)).join('/');
  if (!NUMBER.test(number)) {
    return undefined;
  }
  return path.join(HOME, `${number}.json`);
}

export async function GET(_request: Request, { params }: Context) {
  const { invoice } = await params;
  const file = fileFor(invoice);
  if (file === undefined) {
    return NextResponse.json({ error: 'number' }, { status: 400 });
  }
  try {
    const content = JSON.parse(await readFile(file, 'utf8'));
    return NextResponse.json(content);
  } catch {
    return NextResponse.json({ error: 'missing' }, { status: 404 });
  }
}
