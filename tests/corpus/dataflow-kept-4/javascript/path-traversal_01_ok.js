'use strict';

const fs = require('node:fs');
const path = require('node:path');
const express = require('express');
const { input } = require('./depot/input');
const { isBlank } = require('./depot/checks');

const router = express.Router();
const REPORTS = path.resolve(process.env.REPORTS_DIR || '/srv/depot/reports');

function acceptable(name) {
  return !isBlank(name) && !name.includes('..') && !path.isAbsolute(name);
}

router.get('/reports', (req, res) => {
  const name = decodeURIComponent(input(req).text('file'));
  if (!acceptable(name)) {
    return res.status(404).json({ error: 'no such report' });
  }
  const file = path.join(REPORTS, name);
  const stream = fs.createReadStream(file);
  stream.once('open', () => {
    res.type('text/csv');
    res.attachment('report.csv');
    stream.pipe(res);
  });
  stream.once('error', () => res.status(404).json({ error: 'no such report' }));
  return undefined;
});

module.exports = router;
