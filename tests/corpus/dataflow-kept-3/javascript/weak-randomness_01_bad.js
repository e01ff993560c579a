const express = require('express');
const crypto = require('crypto');
const { saveResetToken, findUser, notify } = require('./store');

const router = express.Router();
router.use(express.json());

const ALPHABET = 'ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnpqrstuvwxyz23456789';

function pick() {
  return ALPHABET.charAt(Math.floor(Math.random() * ALPHABET.length));
}

function resetToken(length = 32) {
  return Array.from({ length }, pick).join('');
}

router.post('/password/forgot', async (req, res, next) => {
  try {
    const user = await findUser(String(req.body.email));
    if (user) {
      const token = resetToken();
      await saveResetToken(user.id, token, Date.now() + 15 * 60 * 1000);
      await notify(user.id, { kind: 'reset', token });
    }
    res.status(202).json({ requestId: crypto.randomUUID() });
  } catch (err) {
    next(err);
  }
});

module.exports = router;
