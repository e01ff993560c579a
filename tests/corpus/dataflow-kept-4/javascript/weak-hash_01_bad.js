'use strict';

const crypto = require('node:crypto');
const express = require('express');
const { input } = require('./depot/input');
const { pool } = require('./depot/db');

const router = express.Router();
router.use(express.json());

function digestOf(password, salt) {
  return crypto.createHash('sha1').update(salt).update(password).digest('hex');
}

router.post('/accounts', async (req, res, next) => {
  const fields = input(req);
  const email = fields.text('email').toLowerCase();
  const password = fields.text('password');
  if (!email.includes('@') || password.length < 12) {
    return res.status(422).json({ error: 'e-mail or password not acceptable' });
  }
  const salt = crypto.randomBytes(16).toString('hex');
  try {
    await pool.execute('INSERT INTO users (email, role, salt, digest) VALUES (?, ?, ?, ?)', [
      email,
      'customer',
      salt,
      digestOf(password, salt),
    ]);
    return res.status(201).json({ created: true });
  } catch (err) {
    return next(err);
  }
});

module.exports = router;
