'use server';

import { redirect } from 'next/navigation';
import { authenticate } from './auth';


export async function login(formData: FormData) {
  const next = formData.get('next') as string;
  await authenticate(formData.get('email'), formData.get('password'));
  redirect(next);
}
