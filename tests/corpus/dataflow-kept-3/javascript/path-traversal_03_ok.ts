import { NextResponse } from 'next/server';
import { mkdir, writeFile } from 'node:fs/promises';
import path from 'node:path';
import unzipper from 'unzipper';

const THEMES = '/var/lib/site/themes';

async function* entries(archive: Buffer) {
  const directory = await unzipper.Open.buffer(archive);
  for (const file of directory.files) {
    if (file.type === 'File') yield file;
  }
}

export async function POST(request: Request) {
  const archive = Buffer.from(await request.arrayBuffer());
  const base = path.join(THEMES, crypto.randomUUID());
  await mkdir(base, { recursive: true });

  let written = 0;
  for await (const entry of entries(archive)) {
    const target = path.join(base, entry.path);
    const inside = path.relative(base, target);
    if (inside.startsWith('..') || path.isAbsolute(inside)) {
      return NextResponse.json({ error: 'malformed archive' }, { status: 422 });
    }
    await mkdir(path.dirname(target), { recursive: true });
    await writeFile(target, await entry.buffer());
    written += 1;
  }
  return NextResponse.json({ written }, { status: 201 });
}
