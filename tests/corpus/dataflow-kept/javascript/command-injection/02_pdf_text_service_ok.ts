import { spawn, type SpawnOptions } from 'node:child_process';
import { BadGatewayException, Controller, Get, Injectable, Param, ParseUUIDPipe, Query } from '@nestjs/common';
import { join } from 'node:path';

const STORAGE = '/var/lib/documents';

@Injectable()
export class PdfTextService {
  private readonly options: SpawnOptions = {
    cwd: STORAGE,
    timeout: 15_000,
    stdio: ['ignore', 'pipe', 'ignore'],
  };

  extract(documentId: string, page: string): Promise<string> {
    const file = join(STORAGE, `${documentId}.pdf`);
    const args = ['-layout', '-f', page, '-l', page, file, '-'];
    return new Promise((resolve, reject) => {
      const child = spawn('pdftotext', args, this.options);
      const chunks: Buffer[] = [];
      child.stdout?.on('data', (chunk: Buffer) => chunks.push(chunk));
      child.once('error', reject);
      child.once('close', (code) => {
        if (code !== 0) {
          reject(new BadGatewayException(`pdftotext ended with ${code}`));
          return;
        }
        resolve(Buffer.concat(chunks).toString('utf8'));
      });
    });
  }
}

@Controller('documents')
export class DocumentTextController {
  constructor(private readonly pdf: PdfTextService) {}

  @Get(':id/text')
  async text(@Param('id', ParseUUIDPipe) id: string, @Query('page') page = '1') {
    return { id, page, text: await this.pdf.extract(id, String(page)) };
  }
}
