'use server';

import { redirect } from 'next/navigation';
import { revalidatePath } from 'next/cache';

interface SaveResult {
  path: string;
  section: string;
}

const SECTIONS = { billing: '/settings/billing', team: '/settings/team', keys: '/settings/keys' } as const;

async function save(form: FormData): Promise<SaveResult> {
  const section = String(form.get('section') ?? 'billing');
  const path = form.get('back')?.toString() ?? '/settings';
  await fetch('https://accounts.internal.example.com/preferences', {
    method: 'PUT',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ newsletter: form.get('newsletter') === 'on' }),
  });
  return { path, section };
}

export async function savePreferences(form: FormData): Promise<void> {
  const { path } = await save(form);
  revalidatePath('/settings');
  redirect(path);
}
