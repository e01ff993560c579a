import { Worker } from 'bullmq';
import got from 'got';
import { storeAsset } from './assets.mjs';

const ORIGIN = 'https://assets.example.com';

const client = got.extend({
  timeout: { request: 10_000 },
  followRedirect: false,
  retry: { limit: 1 },
});

function addressOf({ path, width }) {
  const size = Number(width) || 640;
  return `${ORIGIN}/${String(path).replace(/^\/+/, '')}?w=${size}`;
}

const worker = new Worker(
  'customer-asset-requests',
  async (job) => {
    const { customer, assets = [] } = job.data;
    const results = await Promise.allSettled(
      assets.map(async (asset) => {
        const body = await client.get(addressOf(asset)).buffer();
        await storeAsset(customer, body);
        return body.length;
      }),
    );
    return {
      fetched: results.filter((result) => result.status === 'fulfilled').length,
      failed: results.filter((result) => result.status === 'rejected').length,
    };
  },
  { connection: { host: 'redis', port: 6379 }, concurrency: 4 },
);

worker.on('failed', (job, err) => console.error('job failed', job?.id, err.message));
