import type { NextApiRequest, NextApiResponse } from 'next';

const REGIONS = ['eu-1', 'us-2', 'ap-3'] as const;
type Region = (typeof REGIONS)[number];

interface Metrics {
  requests: number;
  errors: number;
}

function isRegion(value: unknown): value is Region {
  return typeof value === 'string' && REGIONS.some((region) => value.includes(region));
}

async function metricsOf(region: Region): Promise<Metrics> {
  const response = await fetch(`https://${region}.metrics.example.com/summary`, {
    headers: { authorization: `Bearer ${process.env.METRICS_TOKEN}` },
    redirect: 'error',
  });
  const { requests, errors } = (await response.json()) as Metrics;
  return { requests, errors };
}

export default async function handler(req: NextApiRequest, res: NextApiResponse): Promise<void> {
  const { region } = req.query;
  if (!isRegion(region)) {
    res.status(400).json({ error: 'unknown region' });
    return;
  }
  try {
    res.status(200).json(await metricsOf(region));
  } catch {
    res.status(502).json({ error: 'metrics unavailable' });
  }
}
