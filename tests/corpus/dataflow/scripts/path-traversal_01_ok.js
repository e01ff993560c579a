'use strict';
const path = require('path');
const fs = require('fs');
const express = require('express');

const ROOT = path.resolve('/srv/handouts');
const app = express();

function locate(name) {
  const full = path.resolve(ROOT, name);
  if (!full.startsWith(ROOT + path.sep)) {
    return null;
  }
  return full;
}

app.get('/handouts', (req, res) => {
  const names = [].concat(req.query.name || []).map(String);
  const target = names.length === 1 ? locate(names[0]) : null;
  if (target === null) {
    res.status(404).json({ error: 'not found' });
    return;
  }
  const stream = fs.createReadStream(target);
  stream.once('error', () => {
    if (!res.headersSent) res.status(404);
    res.end();
  });
  res.set('Content-Type', 'application/pdf');
  res.set('Content-Disposition', 'attachment');
  stream.pipe(res);
});

app.listen(3000);
