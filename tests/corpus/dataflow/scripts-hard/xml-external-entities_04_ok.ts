import { NextRequest, NextResponse } from 'next/server';
import libxmljs from 'libxmljs2';

type Parser = (xml: string) => libxmljs.Document;

function withLimit(limit: number, parser: Parser): Parser {
  return (xml) => {
    if (xml.length > limit) {
      throw new RangeError('document too long');
    }
    return parser(xml);
  };
}

function withoutDeclarations(parser: Parser): Parser {
  return (xml) => {
    if (xml.slice(0, 256).includes('<!DOCTYPE')) {
      throw new SyntaxError('declaration not expected');
    }
    return parser(xml);
  };
}

const parse = withLimit(200_000, withoutDeclarations((xml) => libxmljs.parseXml(xml, { noent: false })));

export async function POST(request: NextRequest): Promise<NextResponse> {
  const xml = await request.text();
  try {
    const places = parse(xml).find('//place') as libxmljs.Element[];
    return NextResponse.json({ places: places.map((place) => place.text()) });
  } catch {
    return NextResponse.json({ places: [] }, { status: 400 });
  }
}
