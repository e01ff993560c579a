const crypto = require('node:crypto');
const express = require('express');
const cookieParser = require('cookie-parser');
const serialize = require('node-serialize');

const app = express();
app.use(cookieParser());

const KEY = Buffer.from(process.env.WIZARD_KEY, 'base64');

function mac(text) {
  return crypto.createHmac('sha256', KEY).update(text).digest();
}

function matches(text, signature) {
  const given = Buffer.from(signature || '', 'base64url');
  const wanted = mac(text);
  return given.length === wanted.length && crypto.timingSafeEqual(given, wanted);
}

function loadState(cookie) {
  const [encoded, signature] = String(cookie).split('.');
  const text = Buffer.from(encoded, 'base64url').toString('utf8');
  if (!matches(encoded, signature)) {
    return null;
  }
  return serialize.unserialize(text);
}

app.get('/wizard', (req, res) => {
  const state = req.cookies.wizard ? loadState(req.cookies.wizard) : { step: 1 };
  if (!state) {
    return res.status(400).json({ error: 'state was changed' });
  }
  return res.json({ step: Number(state.step) || 1 });
});

app.listen(8080);
