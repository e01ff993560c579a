const express = require('express');
const session = require('express-session');
const { verify } = require('./store');

const app = express();
app.use(express.json());
app.use(session({
  secret: process.env.SESSION_SECRET,
  resave: false,
  saveUninitialized: false,
  cookie: { secure: true, httpOnly: true, sameSite: 'lax' },
}));

const LANGUAGES = ['en', 'de', 'fr'];

app.post('/session', async (req, res, next) => {
  const { email, password, role, language } = req.body;
  try {
    const user = await verify(String(email), String(password));
    if (!user) {
      return res.status(401).json({ error: 'login failed' });
    }
    if (role !== undefined && typeof role !== 'string') {
      return res.status(400).json({ error: 'role' });
    }
    req.session.userId = user.id;
    req.session.role = role || user.role;
    req.session.language = LANGUAGES.find((code) => code === language) || 'en';
    res.json({ ok: true });
  } catch (err) {
    next(err);
  }
});

app.get('/admin/report', (req, res) => {
  if (req.session.role !== 'admin') return res.status(403).json({ error: 'forbidden' });
  res.json({ uptime: process.uptime() });
});

module.exports = app;
