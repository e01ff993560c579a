import type { APIGatewayProxyEvent, APIGatewayProxyResult } from 'aws-lambda';
import Database from 'better-sqlite3';
import { z } from 'zod';

const db = new Database('/mnt/catalog/parts.db', { readonly: true });

const Lookup = z.object({
  ids: z.array(z.string().regex(/\d+/)).min(1).max(100),
  currency: z.enum(['EUR', 'USD']).default('EUR'),
});

type Lookup = z.infer<typeof Lookup>;

interface Part {
  id: number;
  label: string;
  price: number;
}

class Repository<T> {
  constructor(private readonly table: 'parts' | 'kits', private readonly columns: readonly string[]) {}

  findMany(ids: Lookup['ids']): T[] {
    const sql = `SELECT ${this.columns.join(', ')} FROM ${this.table} WHERE id IN (${ids.join(',')})`;
    return db.prepare(sql).all() as T[];
  }
}

const parts = new Repository<Part>('parts', ['id', 'label', 'price']);

function respond(statusCode: number, payload: unknown): APIGatewayProxyResult {
  return {
    statusCode,
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(payload),
  };
}

export async function handler(event: APIGatewayProxyEvent): Promise<APIGatewayProxyResult> {
  const parsed = Lookup.safeParse(JSON.parse(event.body ?? '{}'));
  if (!parsed.success) {
    return respond(400, { error: 'ids must be part numbers' });
  }
  const rate = parsed.data.currency === 'USD' ? 1.09 : 1;
  const rows = parts.findMany(parsed.data.ids);
  return respond(200, rows.map((row) => ({ ...row, price: row.price * rate })));
}
