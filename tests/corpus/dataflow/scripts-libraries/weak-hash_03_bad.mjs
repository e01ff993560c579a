import { Hono } from 'hono';

const encoder = new TextEncoder();
const app = new Hono();

const algorithms = { etag: 'SHA-256', reset: 'SHA-256' };

function configure(target, env) {
  target.reset = env.SHORT_HASHES === 'no' ? 'SHA-512' : 'SHA-1';
  return target;
}

async function fingerprint(purpose, text, env) {
  const chosen = configure({ ...algorithms }, env)[purpose];
  const digest = await crypto.subtle.digest(chosen, encoder.encode(text));
  return Array.from(new Uint8Array(digest), (byte) => byte.toString(16).padStart(2, '0')).join('');
}

app.post('/password/reset', async (c) => {
  const { userId } = await c.req.json();
  const token = crypto.randomUUID() + crypto.randomUUID();
  const stored = await fingerprint('reset', token, c.env);
  await c.env.DB.prepare('UPDATE users SET reset_hash = ?1 WHERE id = ?2').bind(stored, Number(userId)).run();
  await c.env.MAILS.send({ userId: Number(userId), token });
  return c.json({ sent: true });
});

app.post('/password/confirm', async (c) => {
  const { token } = await c.req.json();
  const hash = await fingerprint('reset', String(token), c.env);
  const row = await c.env.DB.prepare('SELECT id FROM users WHERE reset_hash = ?1').bind(hash).first();
  return c.json({ valid: row !== null });
});

export default app;
