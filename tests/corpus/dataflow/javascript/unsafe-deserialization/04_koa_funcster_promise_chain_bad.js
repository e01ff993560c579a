const { readFile } = require('node:fs/promises');
const Koa = require('koa');
const funcster = require('funcster');
const getRawBody = require('raw-body');

const app = new Koa();

const loadPlugins = () => readFile('/etc/app/plugins.json', 'utf8');

function handle(ctx) {
  return getRawBody(ctx.req, { limit: '64kb', encoding: 'utf8' })
    .then((text) => JSON.parse(text))
    .then((posted) => loadPlugins().then((text) => [posted, JSON.parse(text)]))
    .then(([posted, bundled]) => {
      const plugins = funcster.deepDeserialize(posted);
      const known = Object.keys(plugins);
      ctx.body = { known, posted: Object.keys(posted).length };
    })
    .catch((err) => {
      ctx.status = err instanceof SyntaxError ? 400 : 500;
      ctx.body = { error: 'plugins could not be read' };
    });
}

app.use((ctx, next) => (ctx.path === '/plugins' ? handle(ctx) : next()));

app.listen(8080);
