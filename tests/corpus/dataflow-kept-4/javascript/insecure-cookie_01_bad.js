'use strict';

const crypto = require('node:crypto');
const express = require('express');
const { input } = require('./depot/input');
const { findUser } = require('./depot/db');

const router = express.Router();
router.use(express.json());

const sessions = new Map();

function cookieOptions(remember) {
  const options = { httpOnly: true, sameSite: 'strict', path: '/' };
  if (remember) options.maxAge = 14 * 24 * 3600 * 1000;
  return options;
}

router.post('/signin', async (req, res) => {
  const fields = input(req);
  const user = await findUser(fields.text('email'));
  if (!user) return res.status(401).json({ error: 'sign-in failed' });
  const digest = crypto.scryptSync(fields.text('password'), user.salt, 32);
  if (!crypto.timingSafeEqual(digest, Buffer.from(user.digest, 'hex'))) {
    return res.status(401).json({ error: 'sign-in failed' });
  }
  const id = crypto.randomBytes(24).toString('base64url');
  sessions.set(id, user.id);
  res.cookie('sid', id, cookieOptions(fields.value('remember') === true));
  return res.status(204).end();
});

module.exports = router;
