const express = require('express');
const fs = require('fs/promises');
const path = require('path');

const MANUALS = path.resolve(__dirname, 'manuals');
const app = express();

function pickManual(raw) {
  const name = decodeURIComponent(raw);
  if (name.includes('..')) {
    throw new URIError('not a manual');
  }
  return path.join(MANUALS, name);
}

app.get('/manuals', async (req, res, next) => {
  try {
    const file = pickManual(String(req.query.name || 'index.txt'));
    const text = await fs.readFile(file, 'utf8');
    res.json({ length: text.length, text });
  } catch (err) {
    next(err);
  }
});

app.use((err, req, res, next) => {
  if (err instanceof URIError) {
    return res.status(400).json({ error: 'unknown manual' });
  }
  if (err.code === 'ENOENT' || err.code === 'EISDIR') {
    return res.status(404).json({ error: 'no such manual' });
  }
  return res.status(500).json({ error: 'manual cannot be read' });
});

app.listen(3000);
