import Koa from 'koa';
import Router from '@koa/router';

const app = new Koa();
const router = new Router();

const LABEL = /[a-z]{2}-[a-z]+-\d/;

async function quota(region: string, account: string): Promise<unknown> {
  const response = await fetch(`https://${region}.quota.example.com/v1/usage`, {
    redirect: 'error',
    headers: { 'x-account': account },
  });
  if (!response.ok) {
    throw new Error(`quota service said ${response.status}`);
  }
  return response.json();
}

router.get('/usage', async (ctx) => {
  const { region } = ctx.query as { region?: string };
  if (!region || !LABEL.test(region)) {
    ctx.throw(400, 'region is not well formed');
  }
  ctx.body = await quota(region as string, ctx.state.accountId);
});

app.use(router.routes());
app.listen(8080);
