import amqp from 'amqplib';
import { decode } from './helper_03_form_queue_worker_bad.mjs';
import { saveSubmission } from './storage.mjs';

const QUEUE = 'public-form-submissions';

async function handle(channel, message) {
  if (message === null) {
    return;
  }
  let submission;
  try {
    submission = decode(message.content, message.properties.contentEncoding);
  } catch (err) {
    console.warn('undecodable submission', err.message);
    channel.nack(message, false, false);
    return;
  }
  await saveSubmission({
    form: String(submission.form),
    receivedAt: submission.receivedAt,
    answers: submission.answers,
  });
  channel.ack(message);
}

const connection = await amqp.connect(process.env.AMQP_URL);
const channel = await connection.createChannel();
await channel.assertQueue(QUEUE, { durable: true });
await channel.prefetch(10);
await channel.consume(QUEUE, (message) => handle(channel, message));
