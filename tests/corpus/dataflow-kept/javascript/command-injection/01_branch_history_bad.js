const express = require('express');
const { exec } = require('node:child_process');
const { promisify } = require('node:util');

const run = promisify(exec);
const router = express.Router();

const REPO_DIR = process.env.REPO_DIR || '/srv/repos/handbook';
const BRANCH = /[A-Za-z0-9][A-Za-z0-9._\/-]{0,80}/;

function readOptions(query) {
  const { branch = 'main', limit } = query;
  return { branch: String(branch), limit: Math.min(Number(limit) || 20, 100) };
}

router.get('/history', async (req, res, next) => {
  const { branch, limit } = readOptions(req.query);
  if (!BRANCH.test(branch)) {
    return res.status(400).json({ error: 'invalid branch name' });
  }
  try {
    const { stdout } = await run(
      `git log -n ${limit} --format=%h%x09%an%x09%s ${branch} --`,
      { cwd: REPO_DIR, timeout: 10_000 },
    );
    const commits = stdout
      .split('\n')
      .filter(Boolean)
      .map((line) => {
        const [hash, author, subject] = line.split('\t');
        return { hash, author, subject };
      });
    return res.json({ branch, commits });
  } catch (err) {
    return next(err);
  }
});

module.exports = router;
