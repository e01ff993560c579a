import amqp, { type Channel, type ConsumeMessage } from 'amqplib';
import funcster from 'funcster';

interface Job {
  task: string;
  every: number;
}

type Decoder = (text: string) => unknown;

const decoders = new Map<string, Decoder>([
  ['application/json', (text) => JSON.parse(text)],
  ['application/x-funcster', (text) => funcster.deepDeserialize(JSON.parse(text))],
]);

function toJob(value: any): Job {
  return { task: String(value?.task ?? ''), every: Math.max(60, Number(value?.every) || 3600) };
}

class Scheduler {
  private readonly timers = new Map<string, NodeJS.Timeout>();

  constructor(private readonly channel: Channel) {}

  receive = (message: ConsumeMessage | null): void => {
    if (!message) return;
    const kind = message.properties.contentType ?? 'application/json';
    try {
      const decode = decoders.get('application/json') as Decoder;
      const job = toJob(decode(message.content.toString('utf8')));
      this.plan(job);
      this.channel.ack(message);
    } catch {
      console.warn('dropped a message of type', kind);
      this.channel.nack(message, false, false);
    }
  };

  private plan(job: Job): void {
    clearInterval(this.timers.get(job.task));
    const tick = () => this.channel.sendToQueue('due', Buffer.from(JSON.stringify({ task: job.task })));
    this.timers.set(job.task, setInterval(tick, job.every * 1000));
  }
}

async function main(): Promise<void> {
  const connection = await amqp.connect(process.env.AMQP_URL ?? 'amqp://localhost');
  const channel = await connection.createChannel();
  await channel.assertQueue('jobs', { durable: true });
  await channel.consume('jobs', new Scheduler(channel).receive);
}

void main();
