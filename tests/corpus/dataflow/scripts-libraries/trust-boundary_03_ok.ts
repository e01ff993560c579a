import { BadRequestException, Body, Controller, Get, Injectable, Post, Session } from '@nestjs/common';
import type { SessionData } from 'express-session';

enum Currency {
  Euro = 'EUR',
  Dollar = 'USD',
  Krona = 'SEK',
}

interface CheckoutSession extends SessionData {
  currency?: Currency;
  discount?: number;
}

type Patch = { currency?: string; discount?: unknown };

@Injectable()
export class CouponBook {
  private readonly coupons = new Map<string, number>([
    ['WELCOME5', 5],
    ['SUMMER10', 10],
  ]);

  percent(code: unknown): number {
    return this.coupons.get(String(code)) ?? 0;
  }
}

@Controller('checkout')
export class CheckoutController {
  constructor(private readonly coupons: CouponBook) {}

  @Post('options')
  options(@Body() patch: Patch, @Session() session: CheckoutSession): { saved: boolean } {
    const currency = Object.values(Currency).find((known) => known === patch.currency);
    if (!currency) {
      throw new BadRequestException('currency not offered');
    }
    session.currency = currency;
    session.discount = this.coupons.percent(patch.discount) || 0;
    return { saved: true };
  }

  @Get('total')
  total(@Session() session: CheckoutSession): { due: number } {
    const list = 120;
    return { due: list - (list * (session.discount ?? 0)) / 100 };
  }
}
