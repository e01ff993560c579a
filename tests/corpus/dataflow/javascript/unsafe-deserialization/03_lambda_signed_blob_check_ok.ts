import { createHmac, createHash, timingSafeEqual } from 'node:crypto';
import type { APIGatewayProxyEventV2, APIGatewayProxyResultV2 } from 'aws-lambda';
import serialize from 'node-serialize';

const KEY = process.env.STATE_KEY as string;

function digest(blob: string): Buffer {
  return createHmac('sha256', KEY).update(blob).digest();
}

function matches(blob: string, signature: string): boolean {
  const given = Buffer.from(signature, 'hex');
  const expected = digest(blob);
  return given.length === expected.length && timingSafeEqual(given, expected);
}

export async function handler(event: APIGatewayProxyEventV2): Promise<APIGatewayProxyResultV2> {
  const form = new URLSearchParams(event.body ?? '');
  const blob = Buffer.from(form.get('state') ?? '', 'base64').toString();
  if (!matches(blob, form.get('signature') ?? '')) {
    return { statusCode: 403, body: 'state was changed' };
  }
  const state = serialize.unserialize(blob);
  return {
    statusCode: 200,
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ step: Number(state.step) }),
  };
}
