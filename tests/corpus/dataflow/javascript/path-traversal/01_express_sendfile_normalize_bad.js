const express = require('express');
const path = require('path');

const app = express();
const MANUALS = path.resolve('/srv/portal/manuals');

app.get('/manuals', (req, res, next) => {
  const name = String(req.query.name || 'index.pdf');
  const normalized = path.normalize(name);
  const target = path.join(MANUALS, normalized);
  if (!target.endsWith('.pdf')) {
    return res.status(404).end();
  }

  res.sendFile(target, (err) => {
    if (err) {
      next(err);
    }
  });
});

app.listen(3000);
