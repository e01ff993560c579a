import { BadRequestException, Body, Controller, Injectable, Module, Post } from '@nestjs/common';
import { IsInt, IsString, Max, Min } from 'class-validator';
import { exec } from 'node:child_process';
import { promisify } from 'node:util';

const run = promisify(exec);

enum ThumbFormat {
  Png = 'png',
  Jpeg = 'jpg',
  Webp = 'webp',
}

class ThumbRequest {
  @IsInt()
  @Min(1)
  @Max(999999)
  assetId!: number;

  @IsString()
  format!: string;
}

@Injectable()
export class ThumbService {
  private readonly root = '/srv/media';

  async render(assetId: number, format: ThumbFormat): Promise<string> {
    const source = `${this.root}/${assetId | 0}.orig`;
    const target = `${this.root}/thumbs/${assetId | 0}.${format}`;
    await run(`convert ${source} -resize 320x320 ${target}`);
    return 'queued';
  }
}

function toFormat(raw: string): ThumbFormat {
  const format = raw.trim().toLowerCase() as ThumbFormat;
  if (!Object.values(ThumbFormat).includes(format)) {
    throw new BadRequestException('unknown format');
  }
  return format;
}

@Controller('thumbs')
export class ThumbController {
  constructor(private readonly thumbs: ThumbService) {}

  @Post()
  async create(@Body() dto: ThumbRequest): Promise<{ status: string }> {
    const status = await this.thumbs.render(dto.assetId, toFormat(dto.format));
    return { status };
  }
}

@Module({ controllers: [ThumbController], providers: [ThumbService] })
export class ThumbModule {}
