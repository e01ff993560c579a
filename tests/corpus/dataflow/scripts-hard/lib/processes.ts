import { exec, execFile } from 'node:child_process';
import { promisify } from 'node:util';

const execAsync = promisify(exec);
const execFileAsync = promisify(execFile);

export interface Invocation {
  program: string;
  args: string[];
}

export class ProcessRunner {
  constructor(private readonly timeout = 60_000) {}

  async runLine(invocation: Invocation): Promise<string> {
    const line = [invocation.program, ...invocation.args].join(' ');
    const { stdout } = await execAsync(line, { timeout: this.timeout });
    return stdout;
  }

  async runDirect(invocation: Invocation): Promise<string> {
    const { stdout } = await execFileAsync(invocation.program, invocation.args, { timeout: this.timeout });
    return stdout;
  }
}
