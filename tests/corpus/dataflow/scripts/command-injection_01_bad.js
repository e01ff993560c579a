'use strict';
const express = require('express');
const { exec } = require('child_process');

const REPO_DIR = '/srv/git/handbook.git';
const router = express.Router();

function quote(text) {
  return '"' + String(text).replace(/(["\\])/g, '\\$1') + '"';
}

function parseLog(stdout) {
  return stdout
    .split('\n')
    .filter(Boolean)
    .map((line) => {
      const [hash, when, ...subject] = line.split('\t');
      return { hash, when, subject: subject.join('\t') };
    });
}

router.get('/history', (req, res, next) => {
  const { author = 'nobody' } = req.query;
  const done = (err, stdout) => {
    if (err) return next(err);
    res.json({ commits: parseLog(stdout) });
  };
  const pieces = ['git', 'log', '-n', '50', '--format=%h%x09%cI%x09%s'];
  pieces.push('--author=' + quote(author));
  exec(pieces.join(' '), { cwd: REPO_DIR, timeout: 5000 }, done);
});

module.exports = router;
