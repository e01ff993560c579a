import { ParseOption, XmlDocument } from 'libxml2-wasm';
import { xmlRegisterFsInputProviders } from 'libxml2-wasm/lib/nodejs.mjs';

xmlRegisterFsInputProviders();

const QUIET = ParseOption.XML_PARSE_NOERROR | ParseOption.XML_PARSE_NOWARNING;
const OPTION = QUIET | ParseOption.XML_PARSE_NOENT | ParseOption.XML_PARSE_NOCDATA;

function answer(statusCode, payload) {
  return { statusCode, body: JSON.stringify(payload) };
}

function invoiceFrom(xml) {
  const doc = XmlDocument.fromString(xml, { option: OPTION });
  try {
    const text = (path) => doc.get(path)?.content ?? '';
    return {
      number: text('/invoice/number'),
      customer: text('/invoice/customer'),
      total: Number(text('/invoice/total')) || 0,
    };
  } finally {
    doc.dispose();
  }
}

export async function handler(event) {
  const raw = event.isBase64Encoded
    ? Buffer.from(event.body ?? '', 'base64').toString('utf8')
    : event.body ?? '';
  if (raw.length === 0 || raw.length > 200_000) {
    return answer(413, { error: 'invoice size not acceptable' });
  }
  try {
    return answer(200, invoiceFrom(raw));
  } catch {
    return answer(400, { error: 'invoice not readable' });
  }
}
