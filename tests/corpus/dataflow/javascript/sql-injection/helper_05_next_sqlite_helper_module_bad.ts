export interface Clause {
  text: string;
  values: string[];
}

const FIELDS: Record<string, string> = { brand: 'brand', category: 'category' };

export function whereClause(filters: Record<string, string>): Clause {
  return Object.entries(filters).reduce<Clause>(
    (clause, [name, value]) => {
      const column = FIELDS[name] ?? name;
      return { text: `${clause.text} AND ${column} = ?`, values: [...clause.values, value] };
    },
    { text: 'published = 1', values: [] },
  );
}
