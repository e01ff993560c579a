const express = require('express');
const session = require('express-session');
const users = require('./users');

const app = express();
app.set('trust proxy', 1);
app.use(express.json());
app.use(
  session({
    secret: process.env.SESSION_SECRET,
    resave: false,
    saveUninitialized: false,
    cookie: { secure: true, httpOnly: true, sameSite: 'strict' },
  }),
);

app.post('/account/switch', async (req, res, next) => {
  if (!req.session.userId) {
    return res.sendStatus(401);
  }
  try {
    const { organisation } = req.body;
    const memberships = await users.memberships(req.session.userId);
    const membership = memberships.find((m) => m.organisation === organisation);
    if (!membership) {
      return res.sendStatus(403);
    }
    req.session.organisation = membership.organisation;
    req.session.role = membership.role;
    return res.json({ organisation: req.session.organisation });
  } catch (err) {
    return next(err);
  }
});

app.get('/account/admin', (req, res) => {
  if (req.session.role !== 'admin') {
    return res.sendStatus(403);
  }
  return res.json({ organisation: req.session.organisation });
});

app.listen(3000);
