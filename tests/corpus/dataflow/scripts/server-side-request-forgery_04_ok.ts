import { Body, Controller, Injectable, Post } from '@nestjs/common';
import * as http from 'http';

interface Target {
  hostname: string;
  port: number;
  path: string;
}

class PrinterDto {
  readonly host?: string;
  readonly copies?: number;
  readonly tray?: string;
}

@Injectable()
export class PrintQueue {
  private target: Target = { hostname: 'printer.internal', port: 631, path: '/jobs' };

  configure(changes: Partial<Target>): this {
    this.target = { ...this.target, ...changes };
    return this;
  }

  submit(body: string): Promise<number> {
    const { hostname, port, path } = this.target;
    return new Promise((resolve, reject) => {
      const request = http.request({ method: 'POST', hostname, port, path }, (response) => {
        response.resume();
        resolve(response.statusCode ?? 0);
      });
      request.on('error', reject);
      request.end(body);
    });
  }
}

@Controller('print')
export class PrintController {
  constructor(private readonly queue: PrintQueue) {}

  @Post()
  async print(@Body() dto: PrinterDto) {
    const { host: hostname = 'printer.internal', copies = 1, tray = 'upper' } = dto;
    this.queue.configure({ hostname: hostname === 'printer-2.internal' ? 'printer-2.internal' : 'printer.internal', port: 631 });
    const status = await this.queue.submit(JSON.stringify({ copies: Number(copies), tray: String(tray) }));
    return { accepted: status < 300 };
  }
}
