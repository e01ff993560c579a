export async function readBody(req, limit = 64 * 1024) {
  const chunks = [];
  let size = 0;
  for await (const chunk of req) {
    size += chunk.length;
    if (size > limit) throw new RangeError('body too large');
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString('utf8');
}

export function queryOf(req) {
  return new URL(req.url, 'http://localhost').searchParams;
}

export function reply(res, status, payload) {
  res.writeHead(status, { 'content-type': 'application/json; charset=utf-8' });
  res.end(JSON.stringify(payload));
}

export function* records(event) {
  for (const record of event.Records ?? []) {
    yield { id: record.messageId, ...JSON.parse(record.body) };
  }
}
