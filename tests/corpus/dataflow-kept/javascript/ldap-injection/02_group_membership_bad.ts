import { Controller, ForbiddenException, Get, Headers, Query } from '@nestjs/common';
import { AndFilter, Client, EqualityFilter, type Filter } from 'ldapts';

const GROUPS = 'ou=groups,dc=example,dc=org';

@Controller('membership')
export class MembershipController {
  private readonly client = new Client({ url: process.env.LDAP_URL ?? 'ldaps://directory' });

  @Get()
  async check(@Headers('x-service') service: string, @Query('user') user: string, @Query('group') group: string) {
    if (service !== 'intranet') {
      throw new ForbiddenException();
    }
    await this.client.bind(process.env.LDAP_DN ?? '', process.env.LDAP_PASSWORD ?? '');
    try {
      const { searchEntries } = await this.client.search(GROUPS, {
        scope: 'one',
        filter: this.filterFor(user.trim(), group.trim()),
        attributes: ['cn'],
      });
      return { member: searchEntries.length > 0 };
    } finally {
      await this.client.unbind();
    }
  }

  private filterFor(user: string, group: string): Filter | string {
    const terms = [
      ['objectClass', 'posixGroup'],
      ['cn', group],
      ['memberUid', user],
    ].map(([attribute, value]) => `(${attribute}=${value})`);
    return `(&${terms.join('')})`;
  }
}
