import { Controller, ForbiddenException, Headers, Post, Session, UnauthorizedException } from '@nestjs/common';

interface Membership {
  tenantId: string;
  active: boolean;
}

interface AppSession {
  userId?: string;
  memberships?: Membership[];
  tenantId?: string;
}

@Controller('tenant')
export class TenantController {
  @Post('switch')
  change(@Session() session: AppSession, @Headers('x-tenant-id') tenantId: string) {
    if (!session.userId) {
      throw new UnauthorizedException();
    }
    const memberships = session.memberships ?? [];
    const active = memberships.filter((m) => m.active);
    if (active.length === 0 || !tenantId) {
      throw new ForbiddenException();
    }
    session.tenantId = tenantId;
    return { switched: true };
  }
}
