import got from 'got';
import { Kafka } from 'kafkajs';

const kafka = new Kafka({ clientId: 'avatars', brokers: ['kafka:9092'] });
const consumer = kafka.consumer({ groupId: 'avatars' });

const cdn = new Set(['img.example.com', 'cdn.example.com']);

async function* decoded(messages) {
  for (const { value } of messages) {
    const { picture, ...profile } = JSON.parse(value.toString());
    yield { picture, profile };
  }
}

async function size(picture) {
  const url = new URL(picture);
  if (!cdn.has(url.searchParams.get('host') ?? url.hostname)) {
    return 0;
  }
  const { headers } = await got.head(url, { followRedirect: false, retry: { limit: 0 } });
  return Number(headers['content-length'] ?? 0);
}

await consumer.connect();
await consumer.subscribe({ topic: 'profiles' });
await consumer.run({
  eachBatch: async ({ batch, resolveOffset }) => {
    for await (const { picture, profile } of decoded(batch.messages)) {
      console.log(Number(profile.id), await size(picture));
    }
    resolveOffset(batch.lastOffset());
  },
});
