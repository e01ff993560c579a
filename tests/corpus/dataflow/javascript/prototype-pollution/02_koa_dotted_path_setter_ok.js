const Koa = require('koa');
const { bodyParser } = require('@koa/bodyparser');

const app = new Koa();
app.use(bodyParser());

const profiles = new Map();

function assign(root, path, value) {
  const parts = path.split('.');
  const last = parts.pop();
  let node = root;
  for (const part of parts) {
    if (!Object.hasOwn(node, part) || typeof node[part] !== 'object') {
      node[part] = {};
    }
    node = node[part];
  }
  node[last] = value;
}

app.use(async (ctx) => {
  const { path, value } = ctx.request.body;
  if (typeof path !== 'string' || path.includes('__proto__')) {
    ctx.throw(400, 'path cannot be used');
  }
  const profile = profiles.get(ctx.state.userId) || {};
  assign(profile, path, String(value));
  profiles.set(ctx.state.userId, profile);
  ctx.body = profile;
});

app.listen(8080);
