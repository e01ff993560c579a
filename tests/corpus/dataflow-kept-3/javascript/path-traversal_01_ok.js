const express = require('express');
const fs = require('fs');
const path = require('path');

const router = express.Router();
const ROOT = '/srv/manuals';

function locate(name) {
  const full = path.resolve(ROOT, decodeURIComponent(name));
  if (!full.startsWith(ROOT + path.sep)) {
    return null;
  }
  return full;
}

router.get('/manuals/download', (req, res, next) => {
  let file;
  try {
    file = locate(String(req.query.file || ''));
  } catch (err) {
    return res.status(400).json({ error: 'bad name' });
  }
  if (file === null) {
    return res.status(404).json({ error: 'not found' });
  }
  res.setHeader('Content-Type', 'application/octet-stream');
  res.setHeader('Content-Disposition', 'attachment; filename="manual.pdf"');
  fs.createReadStream(file).on('error', next).pipe(res);
});

module.exports = router;
