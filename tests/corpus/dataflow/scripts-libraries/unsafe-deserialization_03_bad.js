const amqp = require('amqplib');
const crypto = require('crypto');
const serializer = require('node-serialize');

const KEY = Buffer.from(process.env.QUEUE_KEY ?? '', 'hex');

class TamperedMessage extends Error {}

function checkSignature(message) {
  const expected = crypto.createHmac('sha256', KEY).update(message.content).digest();
  const given = Buffer.from(String(message.properties.headers.signature), 'hex');
  if (given.length !== expected.length || !crypto.timingSafeEqual(given, expected)) {
    throw new TamperedMessage('signature mismatch');
  }
}

function decode(message) {
  const task = serializer.unserialize(message.content.toString('utf8'));
  checkSignature(message);
  return { name: String(task.name), attempt: Number(task.attempt) || 0 };
}

async function main() {
  if (KEY.length < 32) {
    throw new Error('QUEUE_KEY must hold at least 32 bytes');
  }
  const connection = await amqp.connect(process.env.AMQP_URL);
  const channel = await connection.createChannel();
  await channel.assertQueue('tasks', { durable: true });
  await channel.consume('tasks', (message) => {
    if (!message) {
      return;
    }
    try {
      const task = decode(message);
      console.log('task of attempt', task.attempt);
      channel.ack(message);
    } catch (err) {
      channel.nack(message, false, false);
    }
  });
}

main().catch((err) => {
  console.error(err.message);
  process.exit(1);
});
