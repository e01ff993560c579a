import type { SQSEvent } from 'aws-lambda';
import got from 'got';

const BASE = 'https://partner.acme.com/api/';

interface Sync {
  resource: string;
  version: number;
}

function* messages(event: SQSEvent): Generator<Sync> {
  for (const record of event.Records) {
    const { resource, version } = JSON.parse(record.body);
    if (typeof resource === 'string') {
      yield { resource, version: Number(version) };
    }
  }
}

function urlFor(sync: Sync): URL {
  const url = new URL(sync.resource, BASE);
  url.searchParams.set('version', String(sync.version));
  return url;
}

export const handler = async (event: SQSEvent): Promise<{ synced: number }> => {
  let synced = 0;
  for (const sync of messages(event)) {
    const url = urlFor(sync);
    const body = await got(url, { followRedirect: false, retry: { limit: 1 } }).json<{ rows: unknown[] }>();
    synced += body.rows.length;
  }
  return { synced };
};
