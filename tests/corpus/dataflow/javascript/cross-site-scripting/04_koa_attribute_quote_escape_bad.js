const Koa = require('koa');
const Router = require('@koa/router');

const app = new Koa();
const router = new Router();

const ENTITIES = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
};

function encode(text) {
  return Array.from(String(text), (char) => ENTITIES[char] ?? char).join('');
}

function input(name, value, ...rest) {
  const extra = rest.map((attribute) => ` ${attribute}`).join('');
  return `<input name='${name}' value='${encode(value)}'${extra}>`;
}

router.get('/contact', (ctx) => {
  const { subject = '', mail = '' } = ctx.query;
  const fields = [input('subject', subject, 'required'), input('mail', mail, 'type=email')];
  ctx.type = 'html';
  ctx.body = `<form method="post">${fields.join('')}<button>Send</button></form>`;
});

app.use(router.routes());
app.listen(8080);
