import { readFile } from 'fs/promises';
import { docPath } from '../../lib';

export default async function handler(req, res) {
  const { slug } = req.query;
  const parts = Array.isArray(slug) ? slug : [slug];
  try {
    const text = await readFile(docPath(parts), 'utf8');
    res.status(200).json({ text });
  } catch {
    res.status(404).end();
  }
}
