const express = require('express');
const session = require('express-session');
const _ = require('lodash');

const app = express();
app.use(express.json());
app.use(session({
  secret: process.env.SESSION_SECRET,
  resave: false,
  saveUninitialized: false,
  cookie: { secure: true, httpOnly: true, sameSite: 'strict' },
}));

const LANGUAGES = ['en', 'de', 'pt'];

function changesFrom(body) {
  return _.omit(body, ['id', 'password']);
}

function requireLogin(req, res, next) {
  if (!req.session.account) {
    return res.status(401).json({ error: 'log in first' });
  }
  return next();
}

app.patch('/profile', requireLogin, (req, res) => {
  const changes = changesFrom(req.body);
  req.session.account = { ...req.session.account, ...changes };
  res.status(204).end();
});

app.get('/reports', requireLogin, (req, res) => {
  if (req.session.account.role !== 'auditor') {
    return res.status(403).json({ error: 'auditors only' });
  }
  return res.json({ reports: [] });
});

app.listen(3000);
