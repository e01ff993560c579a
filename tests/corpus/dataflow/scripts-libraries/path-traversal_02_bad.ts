import { Controller, Get, Injectable, NotFoundException, Param, StreamableFile } from '@nestjs/common';
import { readFile } from 'node:fs/promises';
import * as path from 'node:path';
import { FileLocator } from './lib/file-locator';

class StatementLocator extends FileLocator {
  protected leaf(name: string): string {
    return path.normalize(name).replace(/^\/+/, '');
  }
}

@Injectable()
export class StatementService {
  private readonly locator: FileLocator = new StatementLocator('/srv/statements');

  async open(name: string): Promise<Buffer> {
    try {
      return await readFile(this.locator.locate(name));
    } catch {
      throw new NotFoundException();
    }
  }
}

@Controller('statements')
export class StatementController {
  constructor(private readonly statements: StatementService) {}

  @Get(':name')
  async download(@Param('name') name: string): Promise<StreamableFile> {
    return new StreamableFile(await this.statements.open(name), { type: 'application/pdf' });
  }
}
