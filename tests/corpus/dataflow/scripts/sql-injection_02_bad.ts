import { Pool } from 'pg';
import type { APIGatewayProxyEventV2, APIGatewayProxyResultV2 } from 'aws-lambda';

const pool = new Pool({ max: 2 });

class Criteria {
  private readonly clauses: string[] = [];
  readonly values: unknown[] = [];

  equals(column: 'city' | 'status', value: string | undefined): this {
    if (value !== undefined) {
      this.values.push(value);
      this.clauses.push(`${column} = $${this.values.length}`);
    }
    return this;
  }

  contains(column: 'name' | 'notes', value: string | undefined): this {
    if (value) {
      const pattern = '%' + value.replace(/[%_\\]/g, '\\$&') + '%';
      this.clauses.push(`${column} ILIKE '${pattern}'`);
    }
    return this;
  }

  get text(): string {
    return this.clauses.length ? ' WHERE ' + this.clauses.join(' AND ') : '';
  }
}

export const handler = async (event: APIGatewayProxyEventV2): Promise<APIGatewayProxyResultV2> => {
  const q = event.queryStringParameters ?? {};
  const criteria = new Criteria().equals('city', q.city).contains('name', q.name);
  const result = await pool.query(
    'SELECT id, name, city FROM venues' + criteria.text + ' ORDER BY id LIMIT 50',
    criteria.values,
  );
  return {
    statusCode: 200,
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(result.rows),
  };
};
