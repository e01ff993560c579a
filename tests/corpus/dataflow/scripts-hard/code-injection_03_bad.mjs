import vm from 'node:vm';
import { SQSClient, SendMessageCommand } from '@aws-sdk/client-sqs';

const sqs = new SQSClient({});

const DEFAULT_STEP = {
  source: 'output = input.map((row) => row.value).filter((v) => v > 0)',
  input: [],
};

function buildStep(message) {
  return Object.assign({}, DEFAULT_STEP, message);
}

async function runStep(record) {
  const step = buildStep(JSON.parse(record.body));
  const context = vm.createContext({ input: [].concat(step.input), output: null });
  const script = new vm.Script(step.source, { filename: 'step.js' });
  script.runInContext(context, { timeout: 1000 });
  return context.output;
}

export const handler = async (event) => {
  const failures = [];
  for (const record of event.Records) {
    try {
      const output = await runStep(record);
      await sqs.send(new SendMessageCommand({
        QueueUrl: process.env.RESULT_QUEUE,
        MessageBody: JSON.stringify({ output }),
      }));
    } catch {
      failures.push({ itemIdentifier: record.messageId });
    }
  }
  return { batchItemFailures: failures };
};
