import { Worker, type Job } from 'bullmq';
import Cryo from 'cryo';
import { saveReport } from './reports';

interface Report {
  title: string;
  rows: number;
}

const EMPTY = Cryo.stringify(null);

function read(payload: string): Report | null {
  try {
    const report = JSON.parse(payload) as Partial<Report>;
    if (typeof report.title !== 'string') {
      throw new TypeError('title is missing');
    }
    return report as Report;
  } catch (err) {
    return err instanceof TypeError ? (Cryo.parse(EMPTY) as null) : null;
  }
}

async function work(job: Job<{ upload: string; owner: string }>): Promise<number> {
  const { upload, owner } = job.data;
  const text = Buffer.from(upload, 'base64url').toString('utf8');
  const report = read(text);
  if (!report) {
    throw new Error('report cannot be read');
  }
  const title = `${report.title}`.slice(0, 100);
  await saveReport(owner, { title, rows: Number(report.rows) });
  await job.log(Cryo.stringify({ title }));
  return report.rows;
}

export const worker = new Worker('uploads', work, { connection: { host: 'redis', port: 6379 } });
