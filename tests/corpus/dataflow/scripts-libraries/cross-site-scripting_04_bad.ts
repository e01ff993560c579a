import { Hono } from 'hono';
import { secureHeaders } from 'hono/secure-headers';

interface PageState {
  locale: 'en' | 'fr';
  filters: Record<string, string>;
}

class Page {
  #state: PageState = { locale: 'en', filters: {} };

  with<K extends keyof PageState>(key: K, value: PageState[K]): this {
    this.#state = { ...this.#state, [key]: value };
    return this;
  }

  private get serialized(): string {
    return JSON.stringify(this.#state).replace(/'/g, '\\u0027');
  }

  toString(): string {
    return `<!doctype html>
<html lang="${this.#state.locale}">
  <body>
    <div id="root"></div>
    <script>window.__STATE__ = ${this.serialized};</script>
    <script src="/assets/app.js"></script>
  </body>
</html>`;
  }
}

const app = new Hono();
app.use('*', secureHeaders());

app.get('/catalog', (c) => {
  const filters = Object.fromEntries(
    Object.entries(c.req.query()).filter(([name]) => ['color', 'size', 'brand'].includes(name)),
  );
  const page = new Page().with('locale', c.req.query('l') === 'fr' ? 'fr' : 'en').with('filters', filters);
  return c.html(page.toString());
});

export default app;
