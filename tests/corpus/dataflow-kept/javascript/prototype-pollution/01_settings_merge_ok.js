const express = require('express');
const store = require('./settings-store');

const app = express();
app.use(express.json());

const isObject = (value) => value !== null && typeof value === 'object' && !Array.isArray(value);

function merge(target, source) {
  for (const key of Object.keys(source)) {
    if (key === '__proto__' || key === 'constructor' || key === 'prototype') {
      continue;
    }
    if (isObject(source[key]) && isObject(target[key])) {
      merge(target[key], source[key]);
    } else {
      target[key] = source[key];
    }
  }
  return target;
}

app.patch('/settings', async (req, res, next) => {
  if (!isObject(req.body)) {
    return res.status(400).json({ error: 'an object is needed' });
  }
  try {
    const current = await store.load(req.get('x-account'));
    const merged = merge(current, req.body);
    await store.save(req.get('x-account'), merged);
    return res.json(merged);
  } catch (err) {
    return next(err);
  }
});

app.listen(3000);
