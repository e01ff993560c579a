import { exec } from 'node:child_process';
import { promisify } from 'node:util';

const run = promisify(exec);

export async function archive(project: string, target = '/tmp/archives'): Promise<string> {
  const file = `${target}/${Date.now()}.tar.gz`;
  const { stdout } = await run(`tar -czf "${file}" -C /srv/projects -- "${project}"`);
  return stdout;
}
