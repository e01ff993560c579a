import { Client } from 'ldapts';
import { Body, Controller, Injectable, Post } from '@nestjs/common';

class LoginDto {
  username!: string;
  password!: string;
}

@Injectable()
export class DirectoryService {
  private readonly client = new Client({ url: 'ldaps://ldap.example.org' });

  private escape(value: string): string {
    return value.replace(/[\\*()\0]/g, (c) => '\\' + c.charCodeAt(0).toString(16).padStart(2, '0'));
  }

  async find(username: string) {
    const { searchEntries } = await this.client.search('dc=example,dc=org', {
      scope: 'sub',
      filter: `(mail=${this.escape(username)}@example.org)`,
    });
    return searchEntries[0];
  }
}

@Controller('auth')
export class AuthController {
  constructor(private readonly directory: DirectoryService) {}

  @Post('login')
  async login(@Body() dto: LoginDto) {
    const entry = await this.directory.find(dto.username);
    return { known: Boolean(entry) };
  }
}
