const crypto = require('crypto');
const express = require('express');
const sessions = require('../services/sessions');

const router = express.Router();

router.post('/login', express.json(), async (req, res, next) => {
  try {
    const account = await sessions.authenticate(req.body.email, req.body.password);
    if (!account) {
      return res.status(401).json({ error: 'wrong credentials' });
    }
    const sid = crypto.randomBytes(32).toString('hex');
    await sessions.store(sid, account.id);
    res.cookie('sid', sid, {
      httpOnly: true,
      sameSite: 'strict',
      maxAge: 30 * 60 * 1000,
    });
    res.json({ secure: true });
  } catch (err) {
    next(err);
  }
});

module.exports = router;
