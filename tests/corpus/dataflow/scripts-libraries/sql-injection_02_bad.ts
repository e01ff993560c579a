import { NextRequest, NextResponse } from 'next/server';
import { PrismaClient } from '@prisma/client';

const prisma = new PrismaClient();

interface InvoiceRow {
  id: number;
  number: string;
  amount: number;
}

interface RouteContext {
  params: Promise<{ account: string }>;
}

async function invoicesFor(account: string, status: string): Promise<InvoiceRow[]> {
  return prisma.$queryRawUnsafe<InvoiceRow[]>(`
    SELECT id, number, amount
      FROM invoices
     WHERE account_ref = ${account} AND status = '${status}'
     ORDER BY id DESC`);
}

export async function GET(request: NextRequest, context: RouteContext): Promise<NextResponse> {
  const { account } = await context.params;
  if (!/^\d{1,12}$/.test(account)) {
    return NextResponse.json({ error: 'no such account' }, { status: 404 });
  }
  const status = request.nextUrl.searchParams.get('status') ?? 'open';
  const rows = await invoicesFor(account, status);
  return NextResponse.json({
    count: rows.length,
    total: rows.reduce((sum, row) => sum + row.amount, 0),
  });
}
