import Koa, { Context } from 'koa';
import session from 'koa-session';
import Router from '@koa/router';
import bodyParser from 'koa-bodyparser';
import { z } from 'zod';

const app = new Koa();
app.keys = [process.env.KEY!];
const router = new Router();
const Step = z.object({ plan: z.string() });

router.post('/wizard', async (ctx: Context) => {
  const parsed = Step.safeParse(ctx.request.body);
  if (!parsed.success) {
    ctx.throw(400, 'invalid step');
  }
  ctx.session!.plan = parsed.data.plan;
  ctx.body = { next: '/wizard/2' };
});

app.use(session(app)).use(bodyParser()).use(router.routes());
app.listen(3000);
