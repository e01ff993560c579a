import { createHash, randomBytes } from 'node:crypto';
import { Injectable, UnauthorizedException } from '@nestjs/common';
import { AccountRepository } from './account.repository';

export interface Credentials {
  email: string;
  password: string;
}

@Injectable()
export class AccountService {
  constructor(private readonly accounts: AccountRepository) {}

  async register({ email, password }: Credentials): Promise<{ id: string; version: string }> {
    const salt = randomBytes(16).toString('hex');
    const secret = [salt, this.derive(salt, password)].join('$');
    const account = await this.accounts.insert({ id: randomBytes(8).toString('hex'), email, secret });
    return { id: account.id, version: this.etag(account.updatedAt) };
  }

  async login({ email, password }: Credentials): Promise<string> {
    const account = await this.accounts.findByEmail(email);
    if (!account) {
      throw new UnauthorizedException();
    }
    const [salt, stored] = account.secret.split('$');
    if (this.derive(salt, password) !== stored) {
      throw new UnauthorizedException();
    }
    return account.id;
  }

  private derive(salt: string, password: string): string {
    return createHash('sha1').update(salt).update(password, 'utf8').digest('hex');
  }

  private etag(updatedAt: Date): string {
    return `"${createHash('sha256').update(updatedAt.toISOString()).digest('hex').slice(0, 16)}"`;
  }
}
