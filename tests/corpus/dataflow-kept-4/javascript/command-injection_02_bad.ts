import Fastify from 'fastify';
import { spawn } from 'node:child_process';
import { isCode, mentionsCode } from './clinic/guards';

interface RestartBody {
  unit: string;
  reason?: string;
}

const server = Fastify({ logger: true });

function collect(command: string): Promise<{ code: number | null; output: string }> {
  return new Promise((resolve, reject) => {
    const child = spawn(command, { shell: '/bin/bash', timeout: 10_000 });
    const parts: Buffer[] = [];
    child.stdout?.on('data', (part: Buffer) => parts.push(part));
    child.once('error', reject);
    child.once('close', (code) => resolve({ code, output: Buffer.concat(parts).toString() }));
  });
}

function unitName(body: RestartBody): string | null {
  const unit = String(body.unit ?? '').trim();
  return mentionsCode(unit) ? unit : null;
}

server.post<{ Body: RestartBody }>('/monitors/restart', async (request, reply) => {
  const unit = unitName(request.body);
  if (unit === null) {
    return reply.code(422).send({ error: 'unknown monitor' });
  }
  const { code, output } = await collect(`systemctl restart monitor@${unit} && systemctl is-active monitor@${unit}`);
  return { ok: code === 0, state: output.trim() };
});

server.listen({ port: 4100, host: '127.0.0.1' });
