import type { NextApiRequest, NextApiResponse } from 'next';
import { PrismaClient } from '@prisma/client';

const prisma = new PrismaClient();

interface ProductRow {
  id: number;
  name: string;
  rank: number;
}

async function search(term: string, limit: number): Promise<ProductRow[]> {
  const pattern = `%${term}%`;
  return prisma.$queryRaw<ProductRow[]>`
     SELECT id, name, similarity(name, ${term}) AS rank
     FROM products
     WHERE name ILIKE ${pattern}
     ORDER BY rank DESC
     LIMIT ${limit}`;
}

export default async function handler(req: NextApiRequest, res: NextApiResponse) {
  if (req.method !== 'GET') {
    res.setHeader('Allow', 'GET');
    return res.status(405).end();
  }
  const { q = '', limit = '20' } = req.query;
  const term = (Array.isArray(q) ? q[0] : q).trim();
  if (term.length < 2 || term.length > 80) {
    return res.status(400).json({ error: 'between 2 and 80 characters' });
  }
  const rows = await search(term, Math.min(Number(limit) || 20, 100));
  return res.status(200).json({ rows });
}
