import { Body, Controller, Get, Headers, HostParam, Param, Post, Query, Redirect } from '@nestjs/common';
import { MessagePattern, Payload } from '@nestjs/microservices';
import { exec } from 'child_process';

@Controller()
export class Body {
  @Post()
  body(@Body() posted: { dir: string }) {
    exec('ls ' + posted.dir); // expect: command-injection
  }
}

@Controller()
export class Query {
  @Get()
  query(@Query('dir') dir: string) {
    exec('ls ' + dir); // expect: command-injection
  }
}

@Controller()
export class Param {
  @Get(':dir')
  param(@Param('dir') dir: string) {
    exec('ls ' + dir); // expect: command-injection
  }
}

@Controller()
export class Headers {
  @Get()
  headers(@Headers('x-dir') dir: string) {
    exec('ls ' + dir); // expect: command-injection
  }
}

@Controller()
export class Host {
  @Get()
  host(@HostParam('tenant') tenant: string) {
    exec('ls /srv/' + tenant); // expect: command-injection
  }
}

@Controller()
export class Message {
  @MessagePattern('list')
  message(@Payload() wanted: string) {
    exec('ls ' + wanted); // expect: command-injection
  }
}

@Controller()
export class Get {
  @Get()
  get(@Query('name') name: string) {
    return '<p>' + name + '</p>'; // expect: cross-site-scripting
  }
}

@Controller()
export class Moved {
  @Get()
  @Redirect()
  moved(@Query('next') next: string) {
    return { url: next, statusCode: 302 }; // expect: open-redirect
  }
}
