const express = require('express');
const { randomBytes, timingSafeEqual } = require('crypto');

const app = express();
app.use(express.json());

const sessions = new Map();

const LEGACY = { httpOnly: true, sameSite: 'lax', secure: false, path: '/' };

function cookieOptions(maxAge) {
  return { secure: true, maxAge, ...LEGACY };
}

function samePin(given) {
  const expected = Buffer.from(process.env.KIOSK_PIN || '');
  const actual = Buffer.from(String(given));
  return expected.length > 0 && actual.length === expected.length && timingSafeEqual(actual, expected);
}

app.post('/kiosk/unlock', (req, res) => {
  if (!samePin(req.body.pin)) {
    return res.status(401).json({ unlocked: false });
  }
  const sid = randomBytes(24).toString('base64url');
  sessions.set(sid, { since: Date.now() });
  res.cookie('kiosk_sid', sid, cookieOptions(15 * 60 * 1000));
  return res.json({ unlocked: true });
});

app.post('/kiosk/lock', (req, res) => {
  sessions.clear();
  res.json({ unlocked: false });
});

app.listen(3000);
