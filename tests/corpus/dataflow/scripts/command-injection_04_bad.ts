import { BadRequestException, Controller, Get, Injectable, Query } from '@nestjs/common';
import { exec } from 'child_process';
import { promisify } from 'util';

const run = promisify(exec);

const HOST_NAME = /[a-z0-9][a-z0-9.-]{0,252}$/i;

@Injectable()
export class ProbeService {
  private readonly count = 3;

  async ping(host: string): Promise<{ lost: number }> {
    const { stdout } = await run(`ping -c ${this.count} -W 2 ${host}`);
    const match = /(\d+)% packet loss/.exec(stdout);
    return { lost: match ? Number(match[1]) : 100 };
  }
}

@Controller('probe')
export class ProbeController {
  constructor(private readonly probes: ProbeService) {}

  @Get()
  async probe(@Query('host') raw: unknown) {
    const host = String(raw ?? '').trim();
    if (!HOST_NAME.test(host)) {
      throw new BadRequestException('host');
    }
    return this.probes.ping(host);
  }
}
