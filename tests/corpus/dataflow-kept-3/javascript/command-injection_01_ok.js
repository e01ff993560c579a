const express = require('express');
const { exec } = require('child_process');
const path = require('path');

const router = express.Router();
const REPO = path.resolve(__dirname, '../mirror.git');
const BRANCH = /^[A-Za-z0-9_][A-Za-z0-9_.\/-]*$/;

function history(branch, limit) {
  return new Promise((resolve, reject) => {
    const cmd = 'git --git-dir=' + REPO + ' log --oneline -n ' + limit + ' ' + branch + ' --';
    exec(cmd, { timeout: 5000 }, (err, stdout) => {
      if (err) return reject(err);
      resolve(stdout.split('\n').filter(Boolean));
    });
  });
}

router.get('/branches/history', async (req, res, next) => {
  const branch = String(req.query.branch || 'main');
  const limit = Math.min(Number.parseInt(req.query.limit, 10) || 20, 100);
  if (!BRANCH.test(branch)) {
    return res.status(400).json({ error: 'invalid branch' });
  }
  try {
    const lines = await history(branch, limit);
    res.json({ count: lines.length, lines });
  } catch (err) {
    next(err);
  }
});

module.exports = router;
