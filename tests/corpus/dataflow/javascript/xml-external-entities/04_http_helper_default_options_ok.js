const http = require('node:http');
const { parseDocument } = require('./helper_04_http_helper_default_options_ok');

const MAX_BYTES = 512 * 1024;

async function body(request) {
  const chunks = [];
  let size = 0;
  for await (const chunk of request) {
    size += chunk.length;
    if (size > MAX_BYTES) {
      throw new RangeError('document is too large');
    }
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString('utf8');
}

const server = http.createServer(async (request, response) => {
  try {
    const xml = await body(request);
    const title = await parseDocument(xml, { blanks: false });
    response.writeHead(200, { 'content-type': 'application/json' });
    response.end(JSON.stringify({ title }));
  } catch (err) {
    response.writeHead(err instanceof RangeError ? 413 : 400);
    response.end();
  }
});

server.listen(8080);
