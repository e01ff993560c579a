import { gunzipSync } from 'node:zlib';
import serializer from 'node-serialize';

const LIMIT = 1024 * 1024;

export function decode(content, encoding) {
  const raw = encoding === 'gzip' ? gunzipSync(content, { maxOutputLength: LIMIT }) : content;
  const text = raw.toString('utf8');
  return serializer.unserialize(text);
}
