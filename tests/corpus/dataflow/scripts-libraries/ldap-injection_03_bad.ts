import { BadRequestException, Controller, Get, Injectable, Query } from '@nestjs/common';
import Joi from 'joi';
import { Client } from 'ldapts';

interface TeamQuery {
  team: string;
  office?: string;
}

const schema = Joi.object<TeamQuery>({
  team: Joi.string().alphanum().max(32).required(),
  office: Joi.string().max(32).default('main'),
});

@Injectable()
export class DirectoryService {
  private readonly client = new Client({ url: 'ldaps://ldap.example.org' });

  async members({ team, office }: Required<TeamQuery>): Promise<string[]> {
    const clauses: Array<[string, string]> = [
      ['ou', team],
      ['l', office],
    ];
    const filter = clauses.reduce((acc, [key, value]) => acc + `(${key}=${value})`, '(&') + ')';
    const { searchEntries } = await this.client.search('dc=example,dc=org', {
      filter,
      attributes: ['mail'],
    });
    return searchEntries.map((entry) => String(entry.mail));
  }
}

@Controller('teams')
export class TeamController {
  constructor(private readonly directory: DirectoryService) {}

  @Get('members')
  async list(@Query() query: TeamQuery): Promise<{ members: string[] }> {
    const { value, error } = schema.validate(query, { stripUnknown: true });
    if (error) {
      throw new BadRequestException('team or office not understood');
    }
    return { members: await this.directory.members(value as Required<TeamQuery>) };
  }
}
