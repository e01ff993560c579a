const Koa = require('koa');
const { nanoid } = require('nanoid');

class CookiePolicy {
  get secure() {
    return true;
  }

  get httpOnly() {
    return true;
  }

  options() {
    return { httpOnly: this.httpOnly, secure: this.secure, sameSite: 'lax', overwrite: true };
  }
}

class VisitPolicy extends CookiePolicy {
  get secure() {
    return super.secure || false;
  }

  options() {
    return { ...super.options(), maxAge: 3600 * 1000 };
  }
}

const app = new Koa({ proxy: true });
const policy = new VisitPolicy();

app.use(async (ctx, next) => {
  if (!ctx.cookies.get('visit')) {
    ctx.cookies.set('visit', nanoid(), policy.options());
  }
  await next();
});

app.use((ctx) => {
  ctx.body = { time: Date.now() };
});

app.listen(3000);
