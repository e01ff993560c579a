const express = require('express');
const crypto = require('crypto');
const { authenticate, openSession } = require('./store');

const app = express();
app.use(express.json());

const BASE = { httpOnly: true, sameSite: 'lax', path: '/', secure: true };
const PROXY = { secure: false, priority: 'high' };

function cookieOptions(remember) {
  const options = Object.assign({}, PROXY, BASE);
  if (remember) {
    options.maxAge = 30 * 24 * 3600 * 1000;
  }
  return options;
}

app.post('/login', async (req, res, next) => {
  try {
    const user = await authenticate(String(req.body.email), String(req.body.password));
    if (!user) {
      return res.status(401).json({ error: 'login failed' });
    }
    const sid = crypto.randomBytes(32).toString('base64url');
    await openSession(sid, user.id);
    res.cookie('sid', sid, cookieOptions(req.body.remember === true));
    res.json({ ok: true });
  } catch (err) {
    next(err);
  }
});

app.listen(3000);
