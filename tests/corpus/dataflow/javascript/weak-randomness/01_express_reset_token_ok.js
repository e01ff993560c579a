const crypto = require('crypto');
const express = require('express');
const mailer = require('../services/mailer');
const accounts = require('../models/accounts');

const router = express.Router();

function makeToken() {
  const seed = crypto.randomBytes(32);
  return crypto.createHash('sha256').update(seed).digest('hex');
}

router.post('/password/forgot', express.json(), async (req, res) => {
  const account = await accounts.findByEmail(String(req.body.email));
  if (account) {
    const token = makeToken();
    await accounts.saveResetToken(account.id, token, Date.now() + 3600 * 1000);
    await mailer.send(account.email, 'password-reset', { token });
  }
  const delay = 100 + Math.random() * 200;
  setTimeout(() => res.status(202).end(), delay);
});

module.exports = router;
