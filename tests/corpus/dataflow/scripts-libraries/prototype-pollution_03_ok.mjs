import { Hono } from 'hono';
import { serve } from '@hono/node-server';
import { z } from 'zod';

const Flag = z.object({ value: z.union([z.boolean(), z.string().max(64)]) });

const bucket = () => Object.create(null);

class FlagStore {
  #groups = bucket();

  put(group, key, value) {
    const entries = (this.#groups[group] ??= bucket());
    entries[key] = value;
    return Object.keys(entries).length;
  }

  snapshot() {
    return structuredClone(this.#groups);
  }
}

const store = new FlagStore();
const app = new Hono();

app.put('/flags/:group/:key', async (c) => {
  const parsed = Flag.safeParse(await c.req.json());
  if (!parsed.success) {
    return c.json({ error: 'a flag is a boolean or a short text' }, 400);
  }
  const { group, key } = c.req.param();
  const size = store.put(group, key, parsed.data.value);
  return c.json({ size });
});

app.get('/flags', (c) => c.json(store.snapshot()));

serve({ fetch: app.fetch, port: 3000 });
