import { createHash, randomBytes } from 'node:crypto';
import { Injectable, UnauthorizedException } from '@nestjs/common';
import bcrypt from 'bcrypt';
import { AccountRepository } from './account.repository';

export interface Credentials {
  email: string;
  password: string;
}

@Injectable()
export class AccountService {
  constructor(private readonly accounts: AccountRepository) {}

  async register({ email, password }: Credentials): Promise<{ id: string; version: string }> {
    const secret = await bcrypt.hash(password, 12);
    const account = await this.accounts.insert({ id: randomBytes(8).toString('hex'), email, secret });
    return { id: account.id, version: this.etag(account.updatedAt) };
  }

  async login({ email, password }: Credentials): Promise<string> {
    const account = await this.accounts.findByEmail(email);
    if (!account) {
      throw new UnauthorizedException();
    }
    if (!(await bcrypt.compare(password, account.secret))) {
      throw new UnauthorizedException();
    }
    return account.id;
  }

  private etag(updatedAt: Date): string {
    return `"${createHash('sha256').update(updatedAt.toISOString()).digest('hex').slice(0, 16)}"`;
  }
}
