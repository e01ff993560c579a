import { Worker, Job } from 'bullmq';
import { spawn, SpawnOptions } from 'child_process';

interface ConvertJob {
  input: string;
  width: number;
  format: string;
}

enum Format {
  Png = 'png',
  Webp = 'webp',
}

const options: SpawnOptions = { stdio: 'inherit' };

function run(args: string[], opts: SpawnOptions): Promise<number> {
  return new Promise((resolve, reject) => {
    const child = spawn('convert', args, { ...opts, shell: true });
    child.on('error', reject);
    child.on('close', (code) => resolve(code ?? 1));
  });
}

export const worker = new Worker<ConvertJob>('thumbnails', async (job: Job<ConvertJob>) => {
  const { input, width, format = Format.Png } = job.data;
  return run([input, '-resize', `${width}x`, `out.${format}`], options);
});
