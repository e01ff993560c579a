import { Injectable } from '@nestjs/common';
import { DataSource } from 'typeorm';

@Injectable()
export class UsersService {
  constructor(private dataSource: DataSource) {}

  async postsOf(id: number, page: number) {
    const offset = (page - 1) * 20;
    return this.dataSource.query('SELECT * FROM posts WHERE author_id = ' + id + ' LIMIT 20 OFFSET ' + offset);
  }
}
