const assert = require('assert');
const fs = require('fs');
const Koa = require('koa');

const app = new Koa();

function ended(name) {
  if (!/^[a-z]+$/.test(name)) {
    process.exit(1);
  }
  return fs.readFileSync('/srv/' + name);
}

app.use(async (ctx) => {
  ctx.body = ended(ctx.query.name);
});

app.use(async function thrown(ctx) {
  if (!/^[a-z]+$/.test(ctx.query.name)) {
    ctx.throw(400);
  }
  ctx.body = fs.readFileSync('/srv/' + ctx.query.name);
});

app.use(async function asserted(ctx) {
  assert(/^[a-z]+$/.test(ctx.query.name));
  ctx.body = fs.readFileSync('/srv/' + ctx.query.name);
  ctx.type = fs.readFileSync('/srv/' + ctx.query.other); // expect: path-traversal
});
