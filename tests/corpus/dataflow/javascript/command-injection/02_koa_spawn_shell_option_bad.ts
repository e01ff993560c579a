import Router from '@koa/router';
import { spawn } from 'node:child_process';
import type { Context } from 'koa';

interface BlameQuery {
  file?: string;
}

const router = new Router({ prefix: '/repo' });
const spawnOptions = { cwd: '/srv/checkout', shell: true, timeout: 5_000 };

function collect(args: string[]): Promise<string> {
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = [];
    const child = spawn('git', args, spawnOptions);
    child.stdout.on('data', (chunk: Buffer) => chunks.push(chunk));
    child.on('error', reject);
    child.on('close', (code) => {
      if (code === 0) {
        resolve(Buffer.concat(chunks).toString('utf8'));
      } else {
        reject(new Error(`git ended with ${code}`));
      }
    });
  });
}

router.get('/history', async (ctx: Context) => {
  const { file = 'README.md' } = ctx.query as BlameQuery;
  const args = ['log', '--oneline', '-n', '20', '--', file];
  ctx.type = 'text/plain';
  ctx.body = await collect(args);
});

export default router;
