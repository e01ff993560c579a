import { Controller, Get, NotFoundException, Param } from '@nestjs/common';
import { Client } from 'ldapts';

const REPLACEMENTS: Record<string, string> = {
  '\\': '\\5c',
  '*': '\\2a',
  '(': '\\28',
  ')': '\\29',
  '\0': '\\00',
};

function encode(value: string): string {
  return value.replace(/[\\*()\0]/g, (char) => REPLACEMENTS[char]);
}

@Controller('groups')
export class GroupsController {
  private readonly client = new Client({ url: 'ldaps://ad.example.com' });

  @Get(':name/members')
  async members(@Param('name') name: string): Promise<string[]> {
    const filter = `(&(objectClass=group)(cn=${encode(name)}))`;
    const { searchEntries } = await this.client.search('ou=groups,dc=example,dc=com', {
      filter,
      scope: 'one',
      attributes: ['member'],
    });
    const [group] = searchEntries;
    if (!group) {
      throw new NotFoundException();
    }
    return ([] as string[]).concat(group.member as string[]);
  }
}
