'use server';

import { redirect } from 'next/navigation';
import { authenticate } from './auth';

const pages = new Map([
  ['home', '/'],
  ['orders', '/orders'],
]);

export async function login(formData: FormData) {
  const next = formData.get('next') as string;
  await authenticate(formData.get('email'), formData.get('password'));
  redirect(pages.get(next) ?? '/');
}
