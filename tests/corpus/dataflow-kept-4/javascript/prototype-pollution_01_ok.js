'use strict';

const express = require('express');
const { input } = require('./depot/input');

const router = express.Router();
router.use(express.json());

const preferences = {
  notify: { mail: true, sms: false },
  table: { rows: 25, zebra: true },
};

const isPlain = (value) => typeof value === 'object' && value !== null && !Array.isArray(value);
const RESERVED = new Set(['__proto__', 'constructor', 'prototype']);

function merge(target, source) {
  for (const key of Object.keys(source)) {
    if (RESERVED.has(key)) continue;
    const value = source[key];
    if (isPlain(value)) {
      if (!isPlain(target[key])) target[key] = {};
      merge(target[key], value);
    } else {
      target[key] = value;
    }
  }
  return target;
}

router.get('/preferences', (req, res) => res.json(preferences));

router.patch('/preferences', (req, res) => {
  const changes = input(req).value('changes');
  if (!isPlain(changes)) {
    return res.status(400).json({ error: 'changes must be an object' });
  }
  merge(preferences, changes);
  return res.json(preferences);
});

module.exports = router;
