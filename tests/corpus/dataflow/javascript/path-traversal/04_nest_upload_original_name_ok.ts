import { randomUUID } from 'node:crypto';
import { writeFile } from 'node:fs/promises';
import { extname, join } from 'node:path';
import {
  BadRequestException,
  Controller,
  Post,
  UploadedFile,
  UseInterceptors,
} from '@nestjs/common';
import { FileInterceptor } from '@nestjs/platform-express';
import { memoryStorage } from 'multer';

const KINDS = ['.png', '.jpg', '.webp'];

@Controller('attachments')
export class AttachmentsController {
  private readonly folder = join(process.cwd(), 'storage');

  @Post()
  @UseInterceptors(
    FileInterceptor('file', { storage: memoryStorage(), preservePath: true, limits: { fileSize: 1_000_000 } }),
  )
  async store(@UploadedFile() file: Express.Multer.File): Promise<{ key: string; name: string }> {
    const { originalname } = file;
    const kind = KINDS.find((known) => known === extname(originalname));
    if (!kind) {
      throw new BadRequestException('only images');
    }
    const key = `${randomUUID()}${kind}`;
    await writeFile(join(this.folder, key), file.buffer);
    return { key, name: originalname };
  }
}
