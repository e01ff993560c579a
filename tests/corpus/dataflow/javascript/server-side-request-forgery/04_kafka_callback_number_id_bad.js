const { Kafka } = require('kafkajs');
const axios = require('axios');

const kafka = new Kafka({ clientId: 'mirror', brokers: ['kafka.example.com:9092'] });
const consumer = kafka.consumer({ groupId: 'mirror' });

const withMessage = (callback) => async ({ message }) => {
  const { host, document } = JSON.parse(message.value.toString());
  await callback(host, document);
};

async function mirror(host, document) {
  const id = Number(document);
  if (!Number.isSafeInteger(id)) {
    console.warn('skipped', { host, document });
    return;
  }
  const url = new URL(`/documents/${id}`, `https://${host}`);
  const { data } = await axios.get(url.toString(), { maxRedirects: 0, timeout: 5000 });
  console.info('mirrored', id, JSON.stringify(data).length);
}

async function main() {
  await consumer.connect();
  await consumer.subscribe({ topic: 'documents' });
  await consumer.run({ eachMessage: withMessage(mirror) });
}

main().catch((err) => {
  console.error(err);
  process.exitCode = 1;
});
