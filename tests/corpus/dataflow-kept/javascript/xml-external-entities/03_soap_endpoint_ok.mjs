import http from 'node:http';
import { XMLParser } from 'fast-xml-parser';
import { stockOf } from './stock.mjs';

const LIMIT = 256 * 1024;

async function readBody(req) {
  const chunks = [];
  let size = 0;
  for await (const chunk of req) {
    size += chunk.length;
    if (size > LIMIT) {
      throw new RangeError('body too large');
    }
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString('utf8');
}

const parser = new XMLParser({ removeNSPrefix: true, parseTagValue: false, processEntities: true });

function articleFrom(xml) {
  const doc = parser.parse(xml);
  return doc.Envelope?.Body?.stockRequest?.article;
}

const server = http.createServer(async (req, res) => {
  try {
    const article = articleFrom(await readBody(req));
    const stock = article ? await stockOf(article) : null;
    res.writeHead(stock === null ? 404 : 200, { 'content-type': 'application/json' });
    res.end(JSON.stringify({ article, stock }));
  } catch (err) {
    console.error('stock request failed', err);
    res.writeHead(400, { 'content-type': 'application/json' });
    res.end(JSON.stringify({ error: 'bad request' }));
  }
});

server.listen(8081);
