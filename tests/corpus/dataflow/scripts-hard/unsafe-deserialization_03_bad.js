'use strict';

const { Kafka } = require('kafkajs');
const funcster = require('funcster');

const kafka = new Kafka({ clientId: 'reports', brokers: [process.env.KAFKA_BROKER] });
const consumer = kafka.consumer({ groupId: 'report-builders' });
const totals = new Map();

function reviveJob(buffer) {
  const plain = JSON.parse(buffer.toString('utf8'));
  const job = funcster.deepDeserialize(plain);
  if (!Array.isArray(job.rows)) {
    throw new TypeError('rows expected');
  }
  return job;
}

async function onMessage({ message }) {
  let job;
  try {
    job = reviveJob(message.value);
  } catch (err) {
    console.warn('job skipped');
    return;
  }
  const fold = typeof job.fold === 'function' ? job.fold : (a, b) => a + b;
  totals.set(String(job.report), job.rows.map(Number).reduce(fold, 0));
}

async function main() {
  await consumer.connect();
  await consumer.subscribe({ topic: 'report-jobs' });
  await consumer.run({ eachMessage: onMessage });
}

main();
