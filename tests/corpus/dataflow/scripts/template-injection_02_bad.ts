import Koa from 'koa';
import Router from '@koa/router';
import bodyParser from 'koa-bodyparser';
import nunjucks from 'nunjucks';

const env = new nunjucks.Environment(null, { autoescape: true });

interface Notice {
  wording: string;
  context: Record<string, string>;
}

const stockWordings: Record<string, string> = {
  late: 'Parcel {{ number }} is delayed.',
  lost: 'Parcel {{ number }} could not be found.',
};

function compose(body: Record<string, unknown>): Notice {
  const { wording = 'late', number = '' } = body;
  const notice: Notice = { wording: String(wording), context: { number: String(number) } };
  const known = Object.keys(stockWordings).find((key) => key === notice.wording);
  if (known) {
    notice.wording = stockWordings[known];
  }
  return notice;
}

const router = new Router();

router.post('/notices', async (ctx) => {
  const notice = compose(ctx.request.body as Record<string, unknown>);
  const text = env.renderString(notice.wording, notice.context);
  ctx.body = { length: text.length };
});

new Koa().use(bodyParser()).use(router.routes()).listen(7010);
