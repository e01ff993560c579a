const express = require('express');
const { exec } = require('child_process');

const LOG_DIR = '/var/log/storefront';

const app = express();
app.use(express.json());

function quoteArg(text) {
  return "'" + text.replace(/'/g, "'\\''") + "'";
}

function buildSearch(term, day) {
  const parts = ['grep', '-c', '-F', '-e', quoteArg(term), '--'];
  parts.push(`${LOG_DIR}/access-${day}.log`);
  return parts.join(' ');
}

app.post('/logs/count', (req, res, next) => {
  const term = String(req.body.term || '');
  const day = String(req.body.day || '');
  if (!/^\d{4}-\d{2}-\d{2}$/.test(day)) {
    return res.status(400).json({ error: 'day must look like 2024-01-31' });
  }
  if (term.length === 0 || term.length > 200 || term.includes('\0')) {
    return res.status(400).json({ error: 'term has a bad length' });
  }
  exec(buildSearch(term, day), { timeout: 5000 }, (err, stdout) => {
    if (err && err.code !== 1) {
      return next(err);
    }
    res.json({ day, hits: Number.parseInt(stdout, 10) || 0 });
  });
});

app.use((err, req, res, next) => {
  console.error('count failed', err.code);
  res.status(500).json({ error: 'search failed' });
});

app.listen(3000);
