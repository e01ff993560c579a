const Koa = require('koa');
const bodyParser = require('koa-bodyparser');

const app = new Koa();
app.use(bodyParser());

const ARITHMETIC = /[\dx\s+\-*\/().]+$/;

class Curve {
  constructor(source) {
    this.source = source;
    this.fn = null;
  }

  check() {
    if (typeof this.source !== 'string' || this.source.length > 200) {
      throw new RangeError('length');
    }
    if (!ARITHMETIC.test(this.source)) {
      throw new SyntaxError('unsupported character');
    }
    return this;
  }

  compile() {
    this.fn = new Function('x', `return (${this.source});`);
    return this;
  }

  sample(from, to, steps) {
    const width = (to - from) / steps;
    return Array.from({ length: steps }, (_, i) => Number(this.fn(from + i * width)));
  }
}

app.use(async (ctx) => {
  if (ctx.path !== '/plot') return;
  const { formula } = ctx.request.body;
  try {
    const points = new Curve(formula).check().compile().sample(-5, 5, 40);
    ctx.body = { points };
  } catch (err) {
    ctx.status = 422;
    ctx.body = { error: 'formula' };
  }
});

app.listen(8090);
