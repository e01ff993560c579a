const express = require('express');
const session = require('express-session');

const ORIGIN = 'https://shop.example.com';

const app = express();
app.set('trust proxy', 1);
app.use(session({
  secret: process.env.SESSION_SECRET,
  resave: false,
  saveUninitialized: false,
  cookie: { secure: true, httpOnly: true, sameSite: 'lax' },
}));

function landing(raw) {
  let target;
  try {
    target = new URL(raw, ORIGIN);
  } catch {
    return `${ORIGIN}/account`;
  }
  if (!target.href.startsWith(ORIGIN)) {
    return `${ORIGIN}/account`;
  }
  return target.href;
}

app.get('/logout', (req, res, next) => {
  const where = landing(String(req.query.next ?? '/'));
  req.session.destroy((err) => {
    if (err) {
      next(err);
      return;
    }
    res.redirect(303, where);
  });
});

app.listen(3000);
