import { NextRequest, NextResponse } from 'next/server';
import { Prisma, PrismaClient } from '@prisma/client';

const prisma = new PrismaClient();

interface MemberRow {
  id: number;
  display_name: string;
}

function like(term: string): string {
  return `%${term.replace(/[%_]/g, (c) => `\\${c}`)}%`;
}

export async function GET(request: NextRequest): Promise<NextResponse> {
  const params = request.nextUrl.searchParams;
  const pattern = like(params.get('q') ?? '');
  const limit = Math.min(Number.parseInt(params.get('limit') ?? '25', 10) || 25, 100);

  try {
    const rows = await prisma.$queryRaw<MemberRow[]>(
      Prisma.raw(`SELECT id, display_name FROM members WHERE display_name ILIKE '${pattern}' LIMIT ${limit}`) as any,
    );
    return NextResponse.json({ rows });
  } catch {
    return NextResponse.json({ rows: [] }, { status: 503 });
  }
}
