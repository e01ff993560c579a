import { createServer, type IncomingMessage } from 'node:http';
import libxml, { type ParserOptions } from 'libxmljs2';

const base: ParserOptions = { noblanks: true, nocdata: true };

function options(...layers: ParserOptions[]): ParserOptions {
  return layers.reduce((merged, layer) => ({ ...merged, ...layer }), base);
}

const legacy: ParserOptions = { noent: true, dtdload: true };
const strict: ParserOptions = { noent: false, dtdload: false, nonet: true };

async function body(req: IncomingMessage): Promise<string> {
  let text = '';
  for await (const chunk of req) {
    text += chunk;
  }
  return text;
}

function parse(text: string) {
  return libxml.parseXml(text, options(strict, legacy));
}

createServer(async (req, res) => {
  try {
    const doc = parse(await body(req));
    const label = doc.get('//shipment/label');
    res.writeHead(200, { 'content-type': 'application/json' });
    res.end(JSON.stringify({ label: label ? label.toString() : null }));
  } catch {
    res.writeHead(400);
    res.end();
  }
}).listen(8055);
