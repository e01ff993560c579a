const Koa = require('koa');
const Router = require('@koa/router');
const nunjucks = require('nunjucks');
const { campaigns } = require('./store');

const env = nunjucks.configure('views', { autoescape: true });
const app = new Koa();
const router = new Router();

router.get('/campaigns/:id/mail', async (ctx) => {
  const campaign = await campaigns.byId(ctx.params.id);
  if (!campaign) {
    ctx.throw(404);
  }
  const subject = String(ctx.query.subject || campaign.subject);
  const lines = [];
  lines.push('{% autoescape true %}');
  lines.push('<h2>{{ subject }}</h2>');
  lines.push('{% endautoescape %}');
  const template = lines.join('\n');
  ctx.type = 'text/plain';
  ctx.body = env.renderString(template, { subject, id: campaign.id });
});

app.use(router.routes());
app.listen(8080);
