import { Controller, Get, NotFoundException, Param } from '@nestjs/common';
import { Client, EqualityFilter } from 'ldapts';

const BASE = 'ou=staff,dc=acme,dc=com';

@Controller('staff')
export class StaffController {
  private readonly client = new Client({ url: 'ldaps://ldap.acme.internal' });

  private filterFor(uid: string): string {
    const match = `(uid=${uid})`;
    return `(&${match}(accountStatus=active))`;
  }

  @Get(':uid')
  async show(@Param('uid') uid: string) {
    await this.client.bind(process.env.LDAP_DN ?? '', process.env.LDAP_SECRET ?? '');
    try {
      const { searchEntries } = await this.client.search(BASE, {
        scope: 'sub',
        filter: this.filterFor(uid),
        attributes: ['cn', 'title'],
        sizeLimit: 1,
      });
      if (searchEntries.length === 0) throw new NotFoundException();
      return { name: searchEntries[0].cn, title: searchEntries[0].title };
    } finally {
      await this.client.unbind();
    }
  }
}
