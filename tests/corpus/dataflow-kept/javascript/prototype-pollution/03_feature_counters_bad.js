const Koa = require('koa');
const Router = require('@koa/router');
const { bodyParser } = require('@koa/bodyparser');

const router = new Router();

class Counters {
  constructor() {
    this.tenants = {};
  }

  label(tenant, feature, text) {
    const features = this.tenants[tenant] || (this.tenants[tenant] = {});
    features[feature] = { text, hits: 0 };
  }

  list(tenant) {
    return Object.entries(this.tenants[tenant] || {});
  }
}

const counters = new Counters();

router.put('/tenants/:tenant/features/:feature', async (ctx) => {
  const { tenant, feature } = ctx.params;
  const { text = feature } = ctx.request.body ?? {};
  counters.label(tenant, feature, String(text));
  ctx.status = 204;
});

router.get('/tenants/:tenant/features', async (ctx) => {
  ctx.body = counters.list(ctx.params.tenant).map(([name, entry]) => ({ name, ...entry }));
});

const app = new Koa();
app.use(bodyParser());
app.use(router.routes()).use(router.allowedMethods());
app.listen(3000);
