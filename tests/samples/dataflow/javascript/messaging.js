const { Kafka } = require('kafkajs');
const { Worker } = require('bullmq');
const amqp = require('amqplib');
const mqtt = require('mqtt');
const { exec } = require('child_process');

const consumer = new Kafka({}).consumer({ groupId: 'a' });
consumer.run({
  eachMessage: async function each_message({ message }) {
    exec('ls ' + message.value.toString()); // expect: command-injection
  },
});

amqp.connect('amqp://queue').then(async (connection) => {
  const channel = await connection.createChannel();
  channel.consume('dirs', function consumed(message) {
    exec('ls ' + message.content.toString()); // expect: command-injection
  });
});

const worker = new Worker('dirs', async function job(task) {
  exec('ls ' + task.data.folder); // expect: command-injection
});

function subscribed() {
  const client = mqtt.connect('mqtt://broker');
  client.on('message', (topic, message) => {
    exec('ls ' + message); // expect: command-injection
  });
}
