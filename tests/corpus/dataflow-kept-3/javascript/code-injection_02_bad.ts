import { Body, Controller, Injectable, Post } from '@nestjs/common';
import { runInNewContext } from 'node:vm';

class DiscountDto {
  rule!: string;
  total!: number;
  items!: number;
}

@Injectable()
export class DiscountService {
  private readonly rules = new Map<string, string>([
    ['bulk', 'items > 10 ? total * 0.1 : 0'],
    ['loyal', 'total * 0.05'],
    ['none', '0'],
  ]);

  private source(name: string): string {
    return this.rules.get(name) ?? name;
  }

  evaluate(dto: DiscountDto): number {
    const scope = { total: Number(dto.total), items: Number(dto.items) };
    const result = runInNewContext(this.source(dto.rule), scope, { timeout: 50 });
    return Number(result);
  }
}

@Controller('discounts')
export class DiscountController {
  constructor(private readonly discounts: DiscountService) {}

  @Post('preview')
  preview(@Body() dto: DiscountDto) {
    const discount = this.discounts.evaluate(dto);
    return { discount };
  }
}
