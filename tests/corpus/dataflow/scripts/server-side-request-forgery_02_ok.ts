import type { NextApiRequest, NextApiResponse } from 'next';

const regions = {
  eu: 'eu-central',
  us: 'us-east',
  ap: 'ap-south',
} satisfies Record<string, string>;

interface Quote {
  currency: string;
  cents: number;
}

function regionOf(req: NextApiRequest): string {
  const { region = 'eu' } = req.query;
  const name = Array.isArray(region) ? region[0] : region;
  return Object.keys(regions).includes(name) ? regions[name as keyof typeof regions] : 'eu-central';
}

async function quote(region: string): Promise<Quote> {
  const response = await fetch(`https://${region}.prices.example.com/v2/quote`, {
    headers: { authorization: `Bearer ${process.env.PRICE_TOKEN}` },
    redirect: 'error',
  });
  return (await response.json()) as Quote;
}

export default async function handler(req: NextApiRequest, res: NextApiResponse) {
  try {
    const { currency, cents } = await quote(regionOf(req));
    res.status(200).json({ currency, cents });
  } catch {
    res.status(502).json({ error: 'quote' });
  }
}
