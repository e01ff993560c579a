const express = require('express');

const router = express.Router();
const settings = { ui: { theme: 'light', density: 'normal' }, mail: { digest: true } };

const BLOCKED = new Set(['__proto__', 'constructor', 'prototype']);

function merge(target, source) {
  for (const key of Object.keys(source)) {
    if (BLOCKED.has(key)) {
      continue;
    }
    const value = source[key];
    if (value !== null && typeof value === 'object') {
      if (target[key] === null || typeof target[key] !== 'object') {
        target[key] = {};
      }
      merge(target[key], value);
    } else {
      target[key] = value;
    }
  }
  return target;
}

router.patch('/settings', express.json({ limit: '10kb' }), (req, res) => {
  if (req.body === null || Array.isArray(req.body)) {
    return res.status(400).json({ error: 'object expected' });
  }
  merge(settings, req.body);
  res.json(settings);
});

module.exports = router;
