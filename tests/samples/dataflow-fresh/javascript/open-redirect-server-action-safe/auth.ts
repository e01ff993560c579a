export async function authenticate(email: FormDataEntryValue | null, password: FormDataEntryValue | null) {
  const res = await fetch('https://auth.internal/login', { method: 'POST', body: JSON.stringify({ email, password }) });
  if (!res.ok) throw new Error('denied');
}
