import { readdir, readFile } from 'node:fs/promises';
import path from 'node:path';
import { NextResponse } from 'next/server';

interface RouteContext {
  params: Promise<{ slug: string[] }>;
}

const CONTENT = path.join(process.cwd(), 'content', 'guides');

async function published(): Promise<string[]> {
  const entries = await readdir(CONTENT, { withFileTypes: true });
  return entries.filter((entry) => entry.isFile()).map((entry) => entry.name);
}

export async function GET(request: Request, context: RouteContext): Promise<NextResponse> {
  const { slug } = await context.params;
  const names = await published();
  const language = new URL(request.url).searchParams.get('lang') ?? 'en';
  const guide = names.find((name) => name === `${slug.at(-1)}.en.md`);
  if (guide === undefined) {
    return NextResponse.json({ guide: null }, { status: 404 });
  }
  const file = guide.replace(/\.en\.md$/, () => `.${language}.md`);
  const text = await readFile(path.join(CONTENT, file), 'utf8');
  return NextResponse.json({ guide: text });
}
