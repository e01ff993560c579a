'use server';

import { redirect } from 'next/navigation';
import { revalidatePath } from 'next/cache';
import { z } from 'zod';

const Preferences = z.object({
  newsletter: z.coerce.boolean(),
  returnTo: z.string().regex(/^(\/|https:\/\/)/).default('/settings'),
});

type Preferences = z.infer<typeof Preferences>;

async function store(newsletter: boolean): Promise<void> {
  await fetch('https://preferences.example.com/newsletter', {
    method: 'PUT',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ newsletter }),
  });
}

export async function savePreferences(_previous: unknown, form: FormData): Promise<{ error: string }> {
  const parsed = Preferences.safeParse({
    newsletter: form.get('newsletter') ?? false,
    returnTo: form.get('returnTo') ?? undefined,
  });
  if (!parsed.success) {
    return { error: 'The form is incomplete' };
  }
  const { newsletter, returnTo }: Preferences = parsed.data;
  await store(newsletter);
  revalidatePath('/settings');
  redirect(returnTo);
}
