import { gunzipSync } from 'node:zlib';

const LIMIT = 1024 * 1024;

function revive(key, value) {
  return key === 'receivedAt' ? new Date(value) : value;
}

export function decode(content, encoding) {
  const raw = encoding === 'gzip' ? gunzipSync(content, { maxOutputLength: LIMIT }) : content;
  const text = raw.toString('utf8');
  return JSON.parse(text, revive);
}
