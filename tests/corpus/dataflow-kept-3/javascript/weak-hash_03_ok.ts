import { Body, Controller, Injectable, Post, UnauthorizedException } from '@nestjs/common';
import CryptoJS from 'crypto-js';

class RedeemDto {
  token!: string;
}

type Digest = (text: string) => string;

const digests: Record<string, Digest> = {
  compact: (text) => CryptoJS.SHA256(text).toString(CryptoJS.enc.Hex),
  wide: (text) => CryptoJS.SHA512(text).toString(CryptoJS.enc.Hex),
};

@Injectable()
export class ResetTokens {
  private readonly issued = new Map<string, string>();
  private readonly digest: Digest = digests.compact;

  remember(token: string, userId: string): void {
    this.issued.set(this.digest(token), userId);
  }

  redeem(token: string): string | undefined {
    const key = this.digest(token);
    const userId = this.issued.get(key);
    this.issued.delete(key);
    return userId;
  }
}

@Controller('password-reset')
export class PasswordResetController {
  constructor(private readonly tokens: ResetTokens) {}

  @Post('redeem')
  redeem(@Body() dto: RedeemDto) {
    const userId = this.tokens.redeem(String(dto.token));
    if (userId === undefined) throw new UnauthorizedException();
    return { userId };
  }
}
