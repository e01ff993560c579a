import { Body, Controller, ForbiddenException, Injectable, Post, Session } from '@nestjs/common';

interface Profile {
  accountId: number;
  limit: number;
}

interface SessionData {
  userId?: number;
  profile?: Profile;
}

class SwitchDto {
  readonly accountId!: number;
  readonly limit!: number;
}

@Injectable()
export class AccountService {
  private readonly accounts = new Map<number, Profile[]>([
    [1, [{ accountId: 10, limit: 500 }, { accountId: 11, limit: 50 }]],
    [2, [{ accountId: 20, limit: 200 }]],
  ]);

  find(userId: number, accountId: number): Profile | undefined {
    return this.accounts.get(userId)?.find((profile) => profile.accountId === accountId);
  }
}

@Controller('account')
export class AccountController {
  constructor(private readonly accounts: AccountService) {}

  @Post('switch')
  switch(@Body() dto: SwitchDto, @Session() session: SessionData) {
    const owned = this.accounts.find(session.userId ?? 0, dto.accountId);
    if (owned === undefined) {
      throw new ForbiddenException();
    }
    const { accountId, ...others } = owned;
    session.profile = Object.assign({ accountId }, { limit: dto.limit }, others);
    return { switched: true };
  }
}
