import type { NextApiRequest, NextApiResponse } from 'next';
import fs from 'node:fs/promises';
import path from 'node:path';

type Reply = { lines: number } | { error: string };

const ROOT = path.join(process.cwd(), 'content');

function isClean(slug: string | string[]): boolean {
  return [slug].flat().every((part) => !part.includes('..'));
}

async function countLines(segments: string[]): Promise<number> {
  const file = path.join(ROOT, ...segments);
  const text = await fs.readFile(file, { encoding: 'utf8' });
  return text.split('\n').length;
}

export default async function handler(req: NextApiRequest, res: NextApiResponse<Reply>): Promise<void> {
  if (req.method !== 'GET') {
    res.status(405).json({ error: 'GET only' });
    return;
  }
  const slug = req.query.slug ?? [];
  if (!isClean(slug)) {
    res.status(400).json({ error: 'bad page' });
    return;
  }
  try {
    res.status(200).json({ lines: await countLines(([] as string[]).concat(slug)) });
  } catch {
    res.status(404).json({ error: 'no such page' });
  }
}
