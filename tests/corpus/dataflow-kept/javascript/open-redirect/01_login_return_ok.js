const express = require('express');
const session = require('express-session');
const { authenticate } = require('./accounts');

const app = express();
app.set('trust proxy', 1);
app.use(express.urlencoded({ extended: false }));
app.use(
  session({
    secret: process.env.SESSION_SECRET,
    resave: false,
    saveUninitialized: false,
    cookie: { secure: true, httpOnly: true, sameSite: 'lax' },
  }),
);

const HOME = '/dashboard';
const ORIGIN = 'https://app.example.com';

function returnTarget(value) {
  if (typeof value !== 'string' || !value.startsWith('/')) {
    return HOME;
  }
  const url = URL.canParse(value, ORIGIN) ? new URL(value, ORIGIN) : null;
  return url?.origin === ORIGIN ? url.href : HOME;
}

app.post('/login', async (req, res, next) => {
  try {
    const user = await authenticate(req.body.email, req.body.password);
    if (!user) {
      return res.redirect(303, '/login?failed=1');
    }
    return req.session.regenerate((err) => {
      if (err) {
        return next(err);
      }
      req.session.userId = user.id;
      return res.redirect(303, returnTarget(req.body.next));
    });
  } catch (err) {
    return next(err);
  }
});

app.listen(3000);
