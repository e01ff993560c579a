import { Body, Controller, Post } from '@nestjs/common';
import { IsIn, IsString, MaxLength } from 'class-validator';
import { exec } from 'child_process';
import { promisify } from 'util';

const run = promisify(exec);

export class RestartDto {
  @IsIn(['nginx', 'redis', 'postgres'])
  service: string;
}

@Controller('tools')
export class ToolsController {
  @Post('restart')
  async restart(@Body() dto: RestartDto) {
    const { stdout } = await run(`systemctl restart ${dto.service}`);
    return { stdout };
  }
}
