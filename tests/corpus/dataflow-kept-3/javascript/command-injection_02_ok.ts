import { spawn } from 'node:child_process';
import path from 'node:path';
import type { SQSEvent, SQSRecord } from 'aws-lambda';

interface ThumbnailJob {
  video: string;
  second: number;
}

const INBOX = '/mnt/media/inbox';
const OUTBOX = '/mnt/media/thumbs';

function parseJob(record: SQSRecord): ThumbnailJob {
  const raw = JSON.parse(record.body) as Partial<ThumbnailJob>;
  if (typeof raw.video !== 'string') throw new TypeError('video');
  return { video: path.basename(raw.video), second: Number(raw.second) || 0 };
}

function run(bin: string, args: string[]): Promise<number> {
  return new Promise((resolve, reject) => {
    const child = spawn(bin, args, { stdio: 'ignore', shell: false });
    child.once('error', reject);
    child.once('close', (code) => resolve(code ?? 1));
  });
}

export async function handler(event: SQSEvent) {
  const batchItemFailures: { itemIdentifier: string }[] = [];
  for (const record of event.Records) {
    const job = parseJob(record);
    const source = path.join(INBOX, job.video);
    const target = path.join(OUTBOX, `${record.messageId}.jpg`);
    const code = await run('ffmpeg', ['-ss', String(job.second), '-i', source, '-frames:v', '1', target]);
    if (code !== 0) batchItemFailures.push({ itemIdentifier: record.messageId });
  }
  return { batchItemFailures };
}
