import type { SQSEvent, SQSBatchResponse } from 'aws-lambda';
import { archive } from './helper_04_lambda_sqs_helper_module_ok';

interface ArchiveJob {
  project: string;
  level?: number;
}

function parseJob(body: string): ArchiveJob {
  const job = JSON.parse(body) as Partial<ArchiveJob>;
  if (typeof job.project !== 'string' || job.project.startsWith('-')) {
    throw new TypeError('project name is missing');
  }
  return { level: 6, ...job } as ArchiveJob;
}

export const handler = async (event: SQSEvent): Promise<SQSBatchResponse> => {
  const failed: string[] = [];
  for (const record of event.Records) {
    try {
      const { project } = parseJob(record.body);
      await archive(project);
    } catch (err) {
      console.error('archive failed', (err as Error).message);
      failed.push(record.messageId);
    }
  }
  return { batchItemFailures: failed.map((itemIdentifier) => ({ itemIdentifier })) };
};
