const amqp = require('amqplib');

const operators = {
  sum: (values) => values.reduce((a, b) => a + b, 0),
  max: (values) => Math.max(...values),
  min: (values) => Math.min(...values),
};

function build(source) {
  return new Function('values', `'use strict'; return (${source});`);
}

const cache = new Map();

function operatorFor({ operator = 'sum', source = '0' }) {
  if (Object.hasOwn(operators, operator)) {
    return operators[operator];
  }
  if (!cache.has(source)) {
    cache.set(source, build(JSON.stringify(Number(source))));
  }
  return cache.get(source);
}

async function main() {
  const connection = await amqp.connect(process.env.AMQP_URL);
  const channel = await connection.createChannel();
  await channel.assertQueue('aggregates');
  await channel.consume('aggregates', (message) => {
    if (message === null) return;
    const { values = [], ...job } = JSON.parse(message.content.toString());
    const result = operatorFor(job)(values.map(Number));
    channel.sendToQueue(message.properties.replyTo, Buffer.from(JSON.stringify({ result })));
    channel.ack(message);
  });
}

main().catch((err) => {
  console.error(err.message);
  process.exitCode = 1;
});
