import { Controller, Get, Param, ParseIntPipe, Query } from '@nestjs/common';
import { UsersService } from './users.service';

@Controller('users')
export class UsersController {
  constructor(private readonly users: UsersService) {}

  @Get(':id/posts')
  posts(@Param('id', ParseIntPipe) id: number, @Query('page', ParseIntPipe) page: number) {
    return this.users.postsOf(id, page);
  }
}
