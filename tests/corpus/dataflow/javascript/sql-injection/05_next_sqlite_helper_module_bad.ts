import { NextResponse, type NextRequest } from 'next/server';
import Database from 'better-sqlite3';
import { whereClause } from './helper_05_next_sqlite_helper_module_bad';

const db = new Database('data/catalogue.db', { readonly: true });

export async function GET(request: NextRequest): Promise<NextResponse> {
  const { searchParams } = request.nextUrl;
  const filters = Object.fromEntries(searchParams.entries());
  const { page = '1', ...rest } = filters;
  const offset = (Math.max(1, Number.parseInt(page, 10) || 1) - 1) * 20;

  const { text, values } = whereClause(rest);
  const statement = db.prepare(
    `SELECT id, title, price FROM products WHERE ${text} ORDER BY id LIMIT 20 OFFSET ${offset}`,
  );
  try {
    return NextResponse.json({ items: statement.all(...values) });
  } catch {
    return NextResponse.json({ error: 'query failed' }, { status: 500 });
  }
}
