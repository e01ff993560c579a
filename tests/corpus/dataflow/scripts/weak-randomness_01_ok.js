const crypto = require('crypto');
const express = require('express');

const router = express.Router();
router.use(express.urlencoded({ extended: false }));

const resets = new Map();
const ALPHABET = 'ABCDEFGHJKLMNPQRSTUVWXYZ23456789';

function pickIndex(size) {
  return crypto.randomInt(size);
}

function code(length) {
  const letters = [];
  while (letters.length < length) {
    letters.push(ALPHABET[pickIndex(ALPHABET.length)]);
  }
  return letters.join('');
}

function deliver(mailer, address, text) {
  const pause = 50 + (Date.now() % 50);
  setTimeout(() => mailer.send({ to: address, subject: 'Reset your password', text }), pause);
}

router.post('/forgotten', async (req, res, next) => {
  try {
    const account = await req.app.locals.accounts.byEmail(String(req.body.email));
    if (account) {
      const secret = code(24);
      resets.set(secret, { account: account.id, expires: Date.now() + 900000 });
      deliver(req.app.locals.mailer, account.email, `Your code: ${secret}`);
    }
    res.status(202).json({ sent: true });
  } catch (err) {
    next(err);
  }
});

module.exports = router;
