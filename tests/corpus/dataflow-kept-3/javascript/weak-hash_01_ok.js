const express = require('express');
const crypto = require('crypto');
const { promisify } = require('util');
const { insertUser } = require('./store');

const scrypt = promisify(crypto.scrypt);
const router = express.Router();
router.use(express.json());

async function seal(password) {
  const salt = crypto.randomBytes(16);
  const digest = await scrypt(password, salt, 64);
  return `${salt.toString('hex')}:${digest.toString('hex')}`;
}

router.post('/users', async (req, res, next) => {
  const email = String(req.body.email || '').trim().toLowerCase();
  const password = String(req.body.password || '');
  if (password.length < 12) {
    return res.status(400).json({ error: 'password too short' });
  }
  try {
    const id = await insertUser({ email, password: await seal(password) });
    res.status(201).json({ id });
  } catch (err) {
    next(err);
  }
});

module.exports = router;
