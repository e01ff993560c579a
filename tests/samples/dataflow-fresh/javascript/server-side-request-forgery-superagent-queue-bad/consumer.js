const amqp = require('amqplib');
const superagent = require('superagent');

const BASE = process.env.CATALOG_URL;

async function main() {
  const connection = await amqp.connect(process.env.AMQP);
  const channel = await connection.createChannel();
  await channel.assertQueue('sync');
  channel.consume('sync', async (msg) => {
    const { callback, id } = JSON.parse(msg.content.toString());
    const item = await superagent.get(`${BASE}/items/${encodeURIComponent(id)}`);
    await superagent.post(callback).send(item.body);
    channel.ack(msg);
  });
}
main();
