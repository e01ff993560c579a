import { Body, Controller, Get, Headers, HostParam, Param, Post, Query, Redirect } from '@nestjs/common';
import { MessagePattern, Payload } from '@nestjs/microservices';
import { exec } from 'child_process';

@Controller()
export class BodyController {
  @Post()
  body(@Body() posted: { dir: string }) {
    exec('ls ' + posted.dir); // expect: command-injection
  }
}

@Controller()
export class QueryController {
  @Get()
  query(@Query('dir') dir: string) {
    exec('ls ' + dir); // expect: command-injection
  }
}

@Controller()
export class ParamController {
  @Get(':dir')
  param(@Param('dir') dir: string) {
    exec('ls ' + dir); // expect: command-injection
  }
}

@Controller()
export class HeadersController {
  @Get()
  headers(@Headers('x-dir') dir: string) {
    exec('ls ' + dir); // expect: command-injection
  }
}

@Controller()
export class HostController {
  @Get()
  host(@HostParam('tenant') tenant: string) {
    exec('ls /srv/' + tenant); // expect: command-injection
  }
}

@Controller()
export class MessageController {
  @MessagePattern('list')
  message(@Payload() wanted: string) {
    exec('ls ' + wanted); // expect: command-injection
  }
}

@Controller()
export class GetController {
  @Get()
  get(@Query('name') name: string) {
    return '<p>' + name + '</p>'; // expect: cross-site-scripting
  }
}

@Controller()
export class MovedController {
  @Get()
  @Redirect()
  moved(@Query('next') next: string) {
    return { url: next, statusCode: 302 }; // expect: open-redirect
  }
}
