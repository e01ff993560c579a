import { Controller, Get, Injectable, Module, Query } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { Pool } from 'pg';
import { SelectBuilder } from './lib/select-builder';

interface ListOptions {
  warehouse: string;
  sort: string;
  descending: boolean;
}

const SORT_COLUMNS = new Map<string, string>([
  ['name', 'item_name'],
  ['stock', 'quantity'],
  ['updated', 'updated_at'],
]);

@Injectable()
export class StockRepository {
  private readonly pool = new Pool({ connectionString: process.env.DATABASE_URL });

  async list(options: ListOptions): Promise<unknown[]> {
    const column = SORT_COLUMNS.get(options.sort) ?? 'item_name';
    const query = new SelectBuilder('stock', ['id', 'item_name', 'quantity'])
      .whereEquals('warehouse', options.warehouse)
      .orderBy(column, options.descending ? 'DESC' : 'ASC')
      .build();
    const result = await this.pool.query(query.text, query.values);
    return result.rows;
  }
}

@Controller('stock')
export class StockController {
  constructor(private readonly repository: StockRepository) {}

  @Get()
  list(
    @Query('warehouse') warehouse: string,
    @Query('sort') sort = 'name',
    @Query('dir') dir = 'asc',
  ): Promise<unknown[]> {
    return this.repository.list({ warehouse, sort, descending: dir === 'desc' });
  }
}

@Module({ controllers: [StockController], providers: [StockRepository] })
export class StockModule {}

async function bootstrap(): Promise<void> {
  const app = await NestFactory.create(StockModule);
  await app.listen(3000);
}

void bootstrap();
