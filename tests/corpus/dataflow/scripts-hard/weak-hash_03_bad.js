'use strict';

const Koa = require('koa');
const Router = require('@koa/router');
const { koaBody } = require('koa-body');
const CryptoJS = require('crypto-js');

const pins = new Map();
const router = new Router();

function derive(pin, salt) {
  let block = salt.clone().concat(CryptoJS.enc.Utf8.parse(pin));
  for (let round = 0; round < 8; round += 1) {
    block = CryptoJS.MD5(block);
  }
  return block.toString(CryptoJS.enc.Hex);
}

router.put('/cards/:card/passphrase', async (ctx) => {
  const { passphrase } = ctx.request.body;
  ctx.assert(typeof passphrase === 'string' && passphrase.length >= 10, 400);
  const salt = CryptoJS.lib.WordArray.random(16);
  pins.set(ctx.params.card, { salt, key: derive(passphrase, salt) });
  ctx.status = 204;
});

router.post('/cards/:card/unlock', async (ctx) => {
  const entry = pins.get(ctx.params.card);
  ctx.assert(entry, 404);
  const key = derive(String(ctx.request.body.passphrase), entry.salt);
  ctx.body = { unlocked: key === entry.key };
});

const app = new Koa();
app.use(koaBody());
app.use(router.routes());
app.listen(3000);
