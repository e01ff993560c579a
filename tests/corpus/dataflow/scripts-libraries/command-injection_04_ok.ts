import type { SQSEvent, SQSRecord } from 'aws-lambda';
import { spawn } from 'node:child_process';

interface ArchiveJob {
  readonly folder: string;
  readonly retries: number;
}

type Outcome = { id: string; code: number };

function decode(record: SQSRecord): ArchiveJob {
  const parsed = JSON.parse(record.body) as Partial<ArchiveJob>;
  const { folder = '', retries = 0 } = parsed;
  if (typeof folder !== 'string' || folder.startsWith('-') || folder.includes('..') || folder.startsWith('/')) {
    throw new Error('bad folder');
  }
  return { folder, retries: Number(retries) };
}

function shellArgs(job: ArchiveJob): string[] {
  const script = 'cd /mnt/exports && tar -cf - -- "$1" | gzip -9 > /mnt/outbox/latest.tgz';
  return ['-c', script, 'archive', job.folder];
}

function archive(job: ArchiveJob): Promise<number> {
  return new Promise((resolve, reject) => {
    const child = spawn('/bin/sh', shellArgs(job), { stdio: 'ignore' });
    child.once('error', reject);
    child.once('exit', (code) => resolve(code ?? 1));
  });
}

export const handler = async (event: SQSEvent): Promise<Outcome[]> => {
  const outcomes: Outcome[] = [];
  for (const record of event.Records) {
    try {
      const code = await archive(decode(record));
      outcomes.push({ id: record.messageId, code });
    } catch {
      outcomes.push({ id: record.messageId, code: 255 });
    }
  }
  return outcomes;
};
