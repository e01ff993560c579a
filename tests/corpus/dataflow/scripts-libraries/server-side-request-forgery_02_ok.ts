import { Body, Controller, Injectable, Module, Post, ValidationPipe } from '@nestjs/common';
import { IsIn, IsInt, IsString } from 'class-validator';
import got from 'got';

const REGIONS = ['eu-1', 'us-2', 'ap-1'] as const;

class QuotaRequest {
  @IsString()
  @IsIn(REGIONS)
  region!: string;

  @IsInt()
  tenant!: number;
}

interface Quota {
  used: number;
  limit: number;
}

@Injectable()
export class QuotaService {
  private endpoint(region: string, tenant: number): string {
    return 'https://quota-'.concat(region, '.internal.example.com/tenants/', String(Number(tenant)));
  }

  async fetch({ region, tenant }: QuotaRequest): Promise<Quota> {
    const { used, limit } = await got(this.endpoint(region, tenant), { timeout: { request: 3000 } }).json<Quota>();
    return { used, limit };
  }
}

@Controller('quota')
export class QuotaController {
  constructor(private readonly quota: QuotaService) {}

  @Post()
  read(@Body(new ValidationPipe({ transform: true })) request: QuotaRequest): Promise<Quota> {
    return this.quota.fetch(request);
  }
}

@Module({ controllers: [QuotaController], providers: [QuotaService] })
export class QuotaModule {}
