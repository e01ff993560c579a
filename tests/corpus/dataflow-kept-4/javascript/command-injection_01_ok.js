'use strict';

const express = require('express');
const childProcess = require('node:child_process');
const { input } = require('./depot/input');
const { clamp } = require('./depot/checks');

const router = express.Router();
const REPO = process.env.HISTORY_REPO || '/srv/history.git';
const FORMAT = '--format=%h%x09%ad%x09%s';

function parseLog(text) {
  return text
    .split('\n')
    .filter(Boolean)
    .map((line) => {
      const [hash, date, subject] = line.split('\t');
      return { hash, date, subject };
    });
}

router.get('/history', (req, res, next) => {
  const fields = input(req);
  const author = fields.text('author').replace(/["\\]/g, '');
  const limit = clamp(fields.integer('limit', 20), 1, 200);
  const options = { timeout: 5000, maxBuffer: 1024 * 1024 };

  const done = (err, stdout) => {
    if (err) return next(err);
    return res.json({ limit, entries: parseLog(stdout) });
  };

  const args = [`--git-dir=${REPO}`, 'log', '-n', String(limit), FORMAT, `--author=${author}`];
  childProcess.execFile('git', args, options, done);
});

module.exports = router;
