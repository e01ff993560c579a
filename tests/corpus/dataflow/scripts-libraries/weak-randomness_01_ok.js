const express = require('express');
const crypto = require('crypto');

const app = express();
app.use(express.json());

const keys = new Map();

function nextApiKey(owner) {
  const seed = [owner, Date.now(), crypto.randomBytes(32).toString('hex')].join(':');
  const digest = crypto.createHash('sha256').update(seed).digest('base64url');
  return `pk_${digest}`;
}

function authenticate(req, res, next) {
  const owner = keys.get(req.get('x-api-key') || '');
  if (!owner) {
    return res.status(401).json({ error: 'unknown key' });
  }
  res.locals.owner = owner;
  return next();
}

app.post('/keys', (req, res) => {
  const owner = Number.parseInt(req.body.owner, 10);
  if (!Number.isInteger(owner)) {
    return res.status(400).json({ error: 'owner must be a number' });
  }
  const key = nextApiKey(owner);
  keys.set(key, owner);
  return res.status(201).json({ key });
});

app.get('/usage', authenticate, (req, res) => {
  res.json({ owner: res.locals.owner, calls: 0 });
});

app.listen(3000);
