'use strict';

const express = require('express');
const { execFile } = require('child_process');

const router = express.Router();

const OUTPUT_WIDTH = 320;

router.post('/thumbnails', express.json(), (req, res, next) => {
  const { source } = req.body;
  if (typeof source !== 'string' || source.length > 200) {
    return res.status(400).json({ error: 'source must be a short string' });
  }

  const origin = new URL(source, 'https://media.example.com/').href;
  const output = `/var/cache/thumbs/${Date.now()}.png`;
  const caption = JSON.stringify(req.body.caption || 'untitled');
  const args = ['-size', `${OUTPUT_WIDTH}x`, '-comment', caption, 'logo:', output];
  execFile('convert', args, { timeout: 10000 }, (err) => {
    if (err) {
      return next(err);
    }
    res.status(201).json({ origin, output });
  });
});

module.exports = router;
