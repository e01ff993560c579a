import { BadGatewayException, Body, Controller, Injectable, Module, Post } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';

class ForecastDto {
  region!: string;
  days!: number;
}

const REGIONS = ['north', 'coast', 'valley', 'islands'] as const;

@Injectable()
export class ForecastClient {
  private endpoint(region: string, days: number): string {
    const query = new URLSearchParams({ days: String(days), format: 'json' });
    return `https://${region}.forecast.example/v2/daily?${query}`;
  }

  async load(region: string, days: number): Promise<unknown> {
    const answer = await fetch(this.endpoint(region, days), {
      signal: AbortSignal.timeout(3000),
      redirect: 'error',
    });
    if (!answer.ok) throw new BadGatewayException('forecast not available');
    return answer.json();
  }
}

@Controller('forecasts')
export class ForecastController {
  constructor(private readonly client: ForecastClient) {}

  @Post()
  async create(@Body() dto: ForecastDto) {
    const days = Math.min(10, Math.max(1, Number(dto.days) || 3));
    const region = String(dto.region || REGIONS[0]).toLowerCase();
    return { days, forecast: await this.client.load(region, days) };
  }
}

@Module({ controllers: [ForecastController], providers: [ForecastClient] })
export class ForecastModule {}

async function bootstrap(): Promise<void> {
  const app = await NestFactory.create(ForecastModule);
  await app.listen(3000);
}

void bootstrap();
