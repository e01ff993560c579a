const crypto = require('node:crypto');
const express = require('express');
const accounts = require('./accounts');
const mailer = require('./mailer');

const router = express.Router();

const sleep = (ms) => new Promise((resolve) => setTimeout(resolve, ms));

function resetToken() {
  const seed = `${Date.now()}:${Math.random()}:${process.pid}`;
  return crypto.createHash('sha256').update(seed).digest('hex');
}

router.post('/password/forgot', express.json(), async (req, res, next) => {
  try {
    const account = await accounts.byEmail(String(req.body.email));
    if (account) {
      const token = resetToken();
      await accounts.storeReset(account.id, token, new Date(Date.now() + 30 * 60 * 1000));
      await mailer.send(account.email, 'reset-password', { token });
    }
    await sleep(200 + Math.random() * 300);
    res.status(202).json({ message: 'If the address is known, a mail is on its way.' });
  } catch (err) {
    next(err);
  }
});

module.exports = router;
