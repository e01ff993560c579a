import { spawn, type SpawnOptions } from 'node:child_process';
import type { SQSEvent } from 'aws-lambda';

interface ThumbnailJob {
  assetId: number;
  offset: string;
  width: number;
}

const DEFAULTS: SpawnOptions = { stdio: 'ignore', shell: true };

class Transcoder {
  private readonly options: SpawnOptions;

  constructor(overrides: Partial<SpawnOptions> = {}) {
    this.options = { ...DEFAULTS, ...overrides };
  }

  private *arguments(job: ThumbnailJob): Generator<string> {
    const id = Math.trunc(Number(job.assetId));
    yield '-ss';
    yield String(job.offset);
    yield '-i';
    yield `/mnt/media/${id}.mp4`;
    yield '-vf';
    yield `scale=${Number(job.width) || 320}:-1`;
    yield '-frames:v';
    yield '1';
    yield `/mnt/thumbs/${id}.jpg`;
  }

  run(job: ThumbnailJob): Promise<number> {
    return new Promise((resolve, reject) => {
      const child = spawn('ffmpeg', [...this.arguments(job)], this.options);
      child.once('error', reject);
      child.once('exit', (code) => resolve(code ?? -1));
    });
  }
}

const transcoder = new Transcoder({ shell: false, timeout: 60_000 });

export async function handler(event: SQSEvent): Promise<{ codes: number[] }> {
  const codes: number[] = [];
  for (const record of event.Records) {
    const job = JSON.parse(record.body) as ThumbnailJob;
    codes.push(await transcoder.run(job));
  }
  return { codes };
}
