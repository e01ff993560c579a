import Fastify from 'fastify';

enum Region {
  Europe = 'eu',
  America = 'us',
  Asia = 'ap',
}

interface UsageQuery {
  region?: string;
  month?: string;
}

const app = Fastify({ logger: true });

function toRegion(value: string | undefined): Region {
  return Object.values(Region).find((region) => region === value) ?? Region.Europe;
}

async function usage(region: Region, month: string): Promise<unknown> {
  const url = new URL(`https://${region}.usage.example.com/v2/summary`);
  url.searchParams.set('month', month);
  const response = await fetch(url, {
    headers: { accept: 'application/json' },
    redirect: 'error',
    signal: AbortSignal.timeout(5000),
  });
  if (!response.ok) {
    throw new Error(`usage service answered ${response.status}`);
  }
  return response.json();
}

app.get<{ Querystring: UsageQuery }>('/usage', async (request, reply) => {
  const { region, month = '' } = request.query;
  if (!/^\d{4}-\d{2}$/.test(month)) {
    return reply.code(400).send({ error: 'month must be YYYY-MM' });
  }
  return usage(toRegion(region), month);
});

export default app;
