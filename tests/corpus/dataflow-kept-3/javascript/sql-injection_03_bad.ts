'use server';

import knexFactory from 'knex';
import { revalidatePath } from 'next/cache';

const knex = knexFactory({ client: 'pg', connection: process.env.DATABASE_URL });

function normalise(value: string): string {
  return value.replace("'", "''").toLowerCase();
}

export async function renameTag(formData: FormData): Promise<{ changed: number }> {
  const from = String(formData.get('from') ?? '').trim();
  const to = String(formData.get('to') ?? '').trim();
  if (!from || !to) {
    return { changed: 0 };
  }

  const result = await knex('tags')
    .whereRaw("lower(name) = '" + normalise(from) + "'")
    .update({ name: to });

  revalidatePath('/tags');
  return { changed: result };
}
