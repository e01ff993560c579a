import { readFileSync } from 'node:fs';
import { DOMParser } from '@xmldom/xmldom';

let cached: Document | undefined;

export function catalogDocument(): Document {
  if (!cached) {
    const text = readFileSync('/srv/catalog/catalog.xml', 'utf8');
    cached = new DOMParser().parseFromString(text, 'text/xml') as unknown as Document;
  }
  return cached;
}
