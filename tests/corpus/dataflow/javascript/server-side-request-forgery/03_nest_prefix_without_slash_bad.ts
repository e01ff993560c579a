import { BadRequestException, Body, Controller, Post } from '@nestjs/common';
import { HttpService } from '@nestjs/axios';
import { firstValueFrom } from 'rxjs';

const BASE = 'https://hooks.example.com';

class HookDto {
  url!: string;
  event!: string;
}

@Controller('hooks')
export class HooksController {
  constructor(private readonly http: HttpService) {}

  @Post('test')
  async test(@Body() { url, event }: HookDto): Promise<{ status: number }> {
    if (typeof url !== 'string' || !url.startsWith(BASE)) {
      throw new BadRequestException('hooks live on our own host');
    }
    const response = await firstValueFrom(
      this.http.post(
        url,
        { event, sentAt: new Date().toISOString() },
        { timeout: 3000, maxRedirects: 0, validateStatus: () => true },
      ),
    );
    return { status: response.status };
  }
}
