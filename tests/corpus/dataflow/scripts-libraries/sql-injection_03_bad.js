const Koa = require('koa');
const Router = require('@koa/router');
const knex = require('knex')({ client: 'pg', connection: process.env.PG_URL });

class TicketSearch {
  constructor(builder) {
    this.builder = builder;
    this.steps = [];
  }

  text(value) {
    if (value) {
      const escaped = value.replace(/[%_]/g, '\\$&');
      this.steps.push((qb) => qb.whereRaw(`subject ILIKE '%${escaped}%'`));
    }
    return this;
  }

  since(value) {
    const when = Date.parse(value || '');
    if (!Number.isNaN(when)) {
      this.steps.push((qb) => qb.where('opened_at', '>=', new Date(when)));
    }
    return this;
  }

  run() {
    return this.steps.reduce((qb, step) => step(qb), this.builder).limit(50);
  }
}

const router = new Router();

router.get('/tickets', async (ctx) => {
  const { q, since } = ctx.query;
  const base = knex('tickets').select('id', 'subject').where({ archived: false });
  const first = Array.isArray(q) ? q[0] : q;
  ctx.body = await new TicketSearch(base).text(first).since(String(since)).run();
});

const app = new Koa();
app.use(router.routes());
app.use(router.allowedMethods());
app.listen(4000);
