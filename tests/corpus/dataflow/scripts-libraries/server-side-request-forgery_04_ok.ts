import type { APIGatewayProxyEventV2, APIGatewayProxyStructuredResultV2 } from 'aws-lambda';
import fetch, { Response } from 'node-fetch';

const CATALOG = 'https://catalog.example.com';

interface Stock {
  sku: string;
  onHand: number;
}

type Result<T> = { ok: true; value: T } | { ok: false; reason: string };

function stockUrl(sku: string): string {
  return `${CATALOG}/stock?sku=${encodeURIComponent(sku)}`;
}

async function loadStock(sku: string): Promise<Result<Stock>> {
  const response: Response = await fetch(stockUrl(sku), { redirect: 'error' });
  if (!response.ok) {
    return { ok: false, reason: 'catalog said no' };
  }
  const data = (await response.json()) as Stock;
  return { ok: true, value: { sku: String(data.sku), onHand: Number(data.onHand) } };
}

export const handler = async (event: APIGatewayProxyEventV2): Promise<APIGatewayProxyStructuredResultV2> => {
  const sku = event.queryStringParameters?.sku?.trim();
  if (!sku) {
    return { statusCode: 400, body: 'sku missing' };
  }
  const result = await loadStock(sku);
  return {
    statusCode: result.ok ? 200 : 502,
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(result.ok ? result.value : { error: result.reason }),
  };
};
