const { Kafka } = require('kafkajs');
const { execFileSync, execSync } = require('node:child_process');
const { word } = require('./helper_03_deploy_note_consumer_bad');

const kafka = new Kafka({ clientId: 'deploy-notes', brokers: ['kafka:9092'] });
const consumer = kafka.consumer({ groupId: 'deploy-notes' });

const PRIORITIES = new Map([
  ['low', 'user.info'],
  ['high', 'user.warning'],
]);

function record(note) {
  const priority = PRIORITIES.get(note.priority) || 'user.notice';
  const line = [note.author, note.text].filter(Boolean).join(': ');
  execSync('logger -t deploy -p ' + priority + ' -- ' + word(line), { timeout: 2000 });
}

function hostLabel() {
  return execFileSync('hostname', ['-s'], { encoding: 'utf8' }).trim();
}

async function main() {
  const host = hostLabel();
  await consumer.connect();
  await consumer.subscribe({ topics: ['customer-deploy-notes'] });
  await consumer.run({
    eachMessage: async ({ message }) => {
      try {
        record(JSON.parse(message.value.toString('utf8')));
      } catch (err) {
        console.error(host, 'note dropped', err.message);
      }
    },
  });
}

main().catch((err) => {
  console.error(err);
  process.exitCode = 1;
});
