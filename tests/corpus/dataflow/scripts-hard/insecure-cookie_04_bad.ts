import { randomUUID } from 'node:crypto';
import { cookies } from 'next/headers';
import { NextResponse } from 'next/server';

type CookieShape = {
  httpOnly: boolean;
  sameSite: 'lax' | 'strict';
  maxAge: number;
  secure?: boolean;
};

function shape(days: number, ...flags: Array<keyof CookieShape>): CookieShape {
  const base: CookieShape = { httpOnly: true, sameSite: 'strict', maxAge: days * 86_400 };
  return flags.reduce<CookieShape>((result, flag) => ({ ...result, [flag]: true }), base);
}

const issued: string[] = [];

export async function POST(): Promise<NextResponse> {
  const jar = await cookies();
  const cart = randomUUID();
  issued.push(cart);
  jar.set('cart_session', cart, shape(7, 'httpOnly'));
  return NextResponse.json({ open: issued.length }, { status: 201 });
}

export async function DELETE(): Promise<NextResponse> {
  const jar = await cookies();
  const current = jar.get('cart_session');
  const at = current ? issued.indexOf(current.value) : -1;
  if (at !== -1) {
    issued.splice(at, 1);
  }
  return NextResponse.json({ open: issued.length });
}
