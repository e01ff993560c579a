import Router from '@koa/router';
import { randomInt } from 'node:crypto';
import { vouchers } from '../repositories/vouchers';

const ALPHABET = 'ABCDEFGHJKLMNPQRSTUVWXYZ23456789';

type Picker = (bound: number) => number;

const byFloat: Picker = (bound) => Math.floor(Math.random() * bound);
const byInteger: Picker = (bound) => randomInt(bound);

function voucherCode(length: number, pick: Picker): string {
  let code = '';
  while (code.length < length) {
    code += ALPHABET[pick(ALPHABET.length)];
  }
  return code;
}

const router = new Router();

router.post('/vouchers', async (ctx) => {
  const { amount } = ctx.request.body as { amount: number };
  const code = voucherCode(16, byInteger);
  await vouchers.insert({ code, amount, colour: byFloat(6) });
  ctx.status = 201;
  ctx.body = { code };
});

export default router;
