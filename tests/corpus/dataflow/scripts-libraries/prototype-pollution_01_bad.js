const express = require('express');

const app = express();
app.use(express.json());

const settings = { mail: { digest: 'weekly' }, ui: { theme: 'light' } };

const BLOCKED = new Set(['__proto__']);

function isContainer(value) {
  return value !== null && (typeof value === 'object' || typeof value === 'function');
}

function deepMerge(target, source) {
  for (const key of Object.keys(source)) {
    if (BLOCKED.has(key)) {
      continue;
    }
    const incoming = source[key];
    const known = key in target;
    if (known && isContainer(incoming) && isContainer(target[key])) {
      deepMerge(target[key], incoming);
    } else {
      target[key] = incoming;
    }
  }
  return target;
}

app.patch('/settings', (req, res) => {
  if (!isContainer(req.body) || Array.isArray(req.body)) {
    return res.status(400).json({ error: 'object expected' });
  }
  deepMerge(settings, req.body);
  return res.json({ saved: Object.keys(settings).length });
});

app.get('/settings', (req, res) => {
  res.json(settings);
});

app.listen(3000);
