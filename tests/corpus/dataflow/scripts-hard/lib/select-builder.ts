export interface BuiltQuery {
  text: string;
  values: unknown[];
}

export class SelectBuilder {
  private readonly conditions: string[] = [];
  private readonly values: unknown[] = [];
  private order = '';

  constructor(private readonly table: string, private readonly columns: string[]) {}

  whereEquals(column: string, value: unknown): this {
    this.values.push(value);
    this.conditions.push(`${column} = $${this.values.length}`);
    return this;
  }

  orderBy(expression: string, direction: 'ASC' | 'DESC'): this {
    this.order = ` ORDER BY ${expression} ${direction}`;
    return this;
  }

  build(): BuiltQuery {
    const where = this.conditions.length > 0 ? ` WHERE ${this.conditions.join(' AND ')}` : '';
    return {
      text: `SELECT ${this.columns.join(', ')} FROM ${this.table}${where}${this.order}`,
      values: this.values,
    };
  }
}
