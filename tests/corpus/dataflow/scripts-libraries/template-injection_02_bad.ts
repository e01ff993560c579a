import Koa, { Context } from 'koa';
import bodyParser from 'koa-bodyparser';
import nunjucks from 'nunjucks';

interface Campaign {
  layout: string;
  values: Record<string, string>;
}

const env = new nunjucks.Environment(null, { autoescape: true });

class LayoutStore {
  private readonly layouts = new Map<string, string>();

  constructor(seed: Iterable<[string, string]>) {
    for (const [name, source] of seed) {
      this.layouts.set(name, source);
    }
  }

  resolve(name: string): string {
    if (!this.layouts.has(name)) {
      this.layouts.set(name, name);
    }
    return this.layouts.get(name) as string;
  }
}

const store = new LayoutStore([
  ['welcome', 'Welcome {{ first }}, glad to see you in {{ city }}.'],
  ['renewal', 'Your plan ends on {{ date }}.'],
]);

function preview(campaign: Campaign): number {
  return env.renderString(store.resolve(campaign.layout), campaign.values).length;
}

const app = new Koa();
app.use(bodyParser());
app.use(async (ctx: Context) => {
  if (ctx.method !== 'POST' || ctx.path !== '/preview') {
    ctx.status = 404;
    return;
  }
  const { layout, values } = ctx.request.body as Partial<Campaign>;
  if (typeof layout !== 'string' || layout.length > 500) {
    ctx.status = 400;
    return;
  }
  ctx.body = { smsParts: Math.ceil(preview({ layout, values: { ...values } }) / 160) };
});

app.listen(3100);
