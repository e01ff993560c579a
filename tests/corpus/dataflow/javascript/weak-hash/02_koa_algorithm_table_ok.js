const { createHash } = require('node:crypto');
const Router = require('@koa/router');
const users = require('../models/users');

const ALGORITHMS = {
  legacy: 'sha1',
  current: 'sha512',
};
const settings = { profile: 'current', iterations: 1 };

const router = new Router();

function sign(document) {
  const { profile } = settings;
  const algorithm = ALGORITHMS[profile];
  const hash = createHash(algorithm);
  for (const page of document.pages) {
    hash.update(page.body);
  }
  return hash.digest('base64');
}

router.post('/contracts/:id/signature', async (ctx) => {
  const document = await users.contract(ctx.state.user.id, ctx.params.id);
  if (!document) {
    ctx.throw(404);
  }
  const signature = sign(document);
  await users.storeSignature(document.id, signature);
  ctx.body = { signature };
});

module.exports = router;
