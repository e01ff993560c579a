import { BadGatewayException, BadRequestException, Controller, Get, Injectable, Query } from '@nestjs/common';

const REGION = /[a-z]{2}-[a-z]+-\d/;

@Injectable()
export class QuotaClient {
  private endpoint(region: string, metric: string): string {
    return `https://${region}.quota.acme.com/v1/metrics?name=${encodeURIComponent(metric)}`;
  }

  async read(region: string, metric: string): Promise<number> {
    const response = await fetch(this.endpoint(region, metric), { redirect: 'error' });
    if (!response.ok) {
      throw new BadGatewayException();
    }
    const data = (await response.json()) as { value: number };
    return Number(data.value);
  }
}

@Controller('quota')
export class QuotaController {
  constructor(private readonly quota: QuotaClient) {}

  @Get()
  async show(@Query('region') region: string, @Query('metric') metric: string) {
    if (typeof region !== 'string' || !REGION.test(region)) {
      throw new BadRequestException('region');
    }
    return { value: await this.quota.read(region, metric ?? 'cpu') };
  }
}
