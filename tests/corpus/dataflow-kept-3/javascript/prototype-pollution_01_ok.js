const express = require('express');

const app = express();
app.use(express.json({ limit: '50kb' }));

const settings = {
  mail: { digest: 'weekly', replies: true },
  editor: { tabSize: 2, wrap: true },
};

const SKIPPED = new Set(['__proto__', 'constructor', 'prototype']);

function isBranch(value) {
  return value !== null && typeof value === 'object' && !Array.isArray(value);
}

function assignDeep(target, patch) {
  for (const key of Object.keys(patch)) {
    if (SKIPPED.has(key)) {
      continue;
    }
    const value = patch[key];
    if (isBranch(value)) {
      target[key] = Object.hasOwn(target, key) && isBranch(target[key]) ? target[key] : {};
      assignDeep(target[key], value);
    } else {
      target[key] = value;
    }
  }
  return target;
}

app.patch('/settings', (req, res) => {
  if (!isBranch(req.body)) {
    return res.status(400).json({ error: 'object expected' });
  }
  assignDeep(settings, req.body);
  res.json({ sections: Object.keys(settings).length });
});

app.listen(3000);
