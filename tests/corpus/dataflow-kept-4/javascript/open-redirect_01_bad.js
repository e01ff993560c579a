'use strict';

const express = require('express');
const { input } = require('./depot/input');
const { pool } = require('./depot/db');

const router = express.Router();
router.use(express.urlencoded({ extended: false }));

const LOCAL = /^\/[^\s]*$/;

function landing(fields) {
  const back = fields.text('back');
  return LOCAL.test(back) ? back : '/feedback/thanks';
}

router.post('/feedback', async (req, res, next) => {
  const fields = input(req);
  const stars = Math.min(5, Math.max(1, fields.integer('stars', 3)));
  try {
    await pool.execute('INSERT INTO feedback (stars, message) VALUES (?, ?)', [
      stars,
      fields.text('message').slice(0, 2000),
    ]);
  } catch (err) {
    return next(err);
  }
  return res.redirect(303, landing(fields));
});

router.get('/feedback/thanks', (req, res) => {
  res.type('text/plain').send('Thank you.');
});

module.exports = router;
