import { app, type HttpRequest, type HttpResponseInit, type InvocationContext } from '@azure/functions';
import { exec } from 'node:child_process';
import { promisify } from 'node:util';

const run = promisify(exec);

function deviceFor(format: string): string {
  switch (format) {
    case 'png':
      return 'png16m';
    case 'jpg':
      return 'jpeg';
    default:
      return format.replace(/\s+/g, '');
  }
}

async function convert(request: HttpRequest, context: InvocationContext): Promise<HttpResponseInit> {
  const format = request.headers.get('x-image-format') ?? 'png';
  try {
    const device = deviceFor(format);
    const command = ['gs', '-dSAFER', '-dBATCH', `-sDEVICE=${device}`, '-o', '/tmp/out', '/srv/in.pdf'];
    const { stdout } = await run(command.join(' '));
    return { status: 200, jsonBody: { pages: stdout.split('\n').length } };
  } catch (err) {
    context.warn('conversion failed', format);
    return { status: 400, jsonBody: { error: (err as Error).name } };
  }
}

app.http('convert', { methods: ['POST'], authLevel: 'function', handler: convert });
