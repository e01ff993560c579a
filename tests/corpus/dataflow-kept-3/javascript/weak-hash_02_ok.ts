import { createHmac, timingSafeEqual } from 'node:crypto';
import type { APIGatewayProxyEventV2, APIGatewayProxyResultV2 } from 'aws-lambda';

type Signer = (secret: string, body: string) => string;

const signers: Record<'v1' | 'v2', Signer> = {
  v1: (secret, body) => createHmac('sha512', secret).update(body).digest('hex'),
  v2: (secret, body) => createHmac('sha256', secret).update(body).digest('hex'),
};

function matches(expected: string, given: string): boolean {
  const a = Buffer.from(expected, 'utf8');
  const b = Buffer.from(given, 'utf8');
  return a.length === b.length && timingSafeEqual(a, b);
}

export async function handler(event: APIGatewayProxyEventV2): Promise<APIGatewayProxyResultV2> {
  const body = event.body ?? '';
  const version = event.headers['x-signature-version'] === 'v2' ? 'v2' : 'v1';
  const given = event.headers['x-signature'] ?? '';
  const expected = signers[version](process.env.HOOK_SECRET ?? '', body);
  if (!matches(expected, given)) {
    return { statusCode: 401, body: JSON.stringify({ error: 'signature' }) };
  }
  console.info('delivery accepted', body.length);
  return { statusCode: 204 };
}
