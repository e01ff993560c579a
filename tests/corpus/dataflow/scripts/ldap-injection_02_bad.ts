import { Body, Controller, Injectable, Post, UnauthorizedException } from '@nestjs/common';
import { AndFilter, Client, EqualityFilter } from 'ldapts';

class LoginDto {
  readonly uid!: string;
  readonly password!: string;
}

@Injectable()
export class DirectoryService {
  private readonly client = new Client({ url: 'ldaps://ldap.internal.example.org' });

  async findDn(uid: string): Promise<string | undefined> {
    const parts = [`(objectClass=person)`, `(uid=${uid})`];
    const filter = `(&${parts.join('')})`;
    const { searchEntries } = await this.client.search('ou=staff,dc=example,dc=org', {
      scope: 'one',
      filter,
      attributes: ['dn'],
    });
    return searchEntries.at(0)?.dn;
  }

  async verify(dn: string, password: string): Promise<void> {
    const session = new Client({ url: 'ldaps://ldap.internal.example.org' });
    try {
      await session.bind(dn, password);
    } finally {
      await session.unbind();
    }
  }
}

@Controller('login')
export class LoginController {
  constructor(private readonly directory: DirectoryService) {}

  @Post()
  async login(@Body() { uid, password }: LoginDto) {
    const dn = await this.directory.findDn(uid);
    if (!dn || !password) {
      throw new UnauthorizedException();
    }
    await this.directory.verify(dn, password);
    return { ok: true };
  }
}
