const express = require('express');

const app = express();
app.use(express.json());

const FORBIDDEN = ['__proto__', 'constructor', 'prototype'];

const settings = { theme: { colour: 'blue', size: 12 }, editor: { tabs: 2 } };

function assign(target, path, value) {
  const keys = String(path).split('.');
  const last = keys.pop();
  let node = target;
  for (const key of keys) {
    if (FORBIDDEN.includes(key)) return false;
    if (typeof node[key] !== 'object' || node[key] === null) node[key] = {};
    node = node[key];
  }
  if (FORBIDDEN.includes(last)) return false;
  node[last] = value;
  return true;
}

app.patch('/settings', (req, res) => {
  const changes = Array.isArray(req.body) ? req.body : [];
  let applied = 0;
  changes.forEach(({ path, value }) => {
    if (assign(settings, path, value)) applied += 1;
  });
  res.json({ applied });
});

app.listen(3000);
