'use strict';

const amqp = require('amqplib');
const doT = require('dot');

const CHANNELS = Object.freeze({
  sms: 'Hello {{=it.name}}, your parcel {{=it.parcel}} is on its way.',
  push: 'Parcel {{=it.parcel}} is on its way.',
});

function templateFor(notice) {
  const { channel = 'sms', text = CHANNELS[channel] } = notice;
  return doT.template(text);
}

async function main() {
  const connection = await amqp.connect(process.env.AMQP_URL);
  const channel = await connection.createChannel();
  await channel.assertQueue('notices');
  await channel.assertQueue('outgoing');

  await channel.consume('notices', (message) => {
    if (message === null) {
      return;
    }
    try {
      const notice = JSON.parse(message.content.toString());
      const body = templateFor(notice)({ name: notice.name, parcel: notice.parcel, text: notice.text });
      channel.sendToQueue('outgoing', Buffer.from(JSON.stringify({ phone: notice.phone, body })));
      channel.ack(message);
    } catch {
      channel.nack(message, false, false);
    }
  });
}

main();
