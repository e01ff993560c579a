import { execFile } from 'node:child_process';
import { promisify } from 'node:util';

const run = promisify(execFile);

export async function archive(project: string, target = '/tmp/archives'): Promise<string> {
  const file = `${target}/${Date.now()}.tar.gz`;
  const name = project.replace(/[^A-Za-z0-9_-]/g, '_');
  const { stdout } = await run('tar', ['-czf', file, '-C', '/srv/projects', '--', name]);
  return stdout;
}
