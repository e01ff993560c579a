const crypto = require('crypto');
const express = require('express');
const db = require('../db');

const router = express.Router();

function fingerprint(token) {
  return crypto.createHash('sha256').update(token, 'utf8').digest('hex');
}

router.post('/tokens', async (req, res, next) => {
  try {
    const token = crypto.randomBytes(32).toString('base64url');
    await db.query('INSERT INTO api_tokens (owner_id, digest) VALUES ($1, $2)', [
      req.user.id,
      fingerprint(token),
    ]);
    res.status(201).json({ token });
  } catch (err) {
    next(err);
  }
});

router.get('/md5-migration', (req, res) => {
  res.json({ algorithm: 'md5', retired: true });
});

module.exports = router;
