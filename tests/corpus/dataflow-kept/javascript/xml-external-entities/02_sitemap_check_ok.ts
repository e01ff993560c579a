import { Body, Controller, Header, Post, UnprocessableEntityException } from '@nestjs/common';
import { ParseOption, XmlDocument, XmlElement } from 'libxml2-wasm';
import { xmlRegisterFsInputProviders } from 'libxml2-wasm/lib/nodejs.mjs';

xmlRegisterFsInputProviders();

const LENIENT = ParseOption.XML_PARSE_NOBLANKS | ParseOption.XML_PARSE_RECOVER;
const FLAGS = LENIENT | ParseOption.XML_PARSE_NONET;

export interface SitemapEntry {
  loc: string;
  priority: number;
}

@Controller('sitemaps')
export class SitemapController {
  @Post('check')
  @Header('Cache-Control', 'no-store')
  check(@Body('xml') xml: string): { entries: SitemapEntry[] } {
    let doc: XmlDocument;
    try {
      doc = XmlDocument.fromString(xml, { option: FLAGS, url: 'sitemap.xml' });
    } catch {
      throw new UnprocessableEntityException('not a sitemap');
    }
    try {
      const entries = doc.find('/urlset/url').map((node) => ({
        loc: (node as XmlElement).get('loc')?.content ?? '',
        priority: Number((node as XmlElement).get('priority')?.content ?? 0.5),
      }));
      return { entries };
    } finally {
      doc.dispose();
    }
  }
}
