import { readFile } from 'node:fs/promises';
import { NextResponse, type NextRequest } from 'next/server';
import { DOMParser } from '@xmldom/xmldom';
import { select } from 'xpath';

const NAME = /^[\w-]{1,40}$/m;

abstract class Lookup {
  protected abstract readonly base: string;

  constructor(protected readonly name: string) {
    if (!NAME.test(name)) {
      throw new TypeError('name is not well formed');
    }
  }

  expression(): string {
    return this.base + `[@name='` + this.name + `'][@visible='yes']`;
  }
}

class GlossaryLookup extends Lookup {
  protected readonly base = '/glossary/term';
}

export async function GET(request: NextRequest): Promise<NextResponse> {
  const term = request.nextUrl.searchParams.get('term') ?? '';
  try {
    const lookup = new GlossaryLookup(term);
    const xml = await readFile('data/glossary.xml', 'utf8');
    const doc = new DOMParser().parseFromString(xml, 'text/xml');
    const nodes = select(lookup.expression(), doc as unknown as Node) as Node[];
    return NextResponse.json({ texts: nodes.map(({ textContent }) => textContent) });
  } catch (err) {
    const status = err instanceof TypeError ? 400 : 500;
    return NextResponse.json({ error: 'lookup failed' }, { status });
  }
}
