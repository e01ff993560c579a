import express from 'express';
import session from 'express-session';
const app = express();
const LANGS = ['en', 'fr'];
app.post('/1', (req, res) => {
  req.session.role = req.body.role; // expect: trust-boundary
  req.session[req.body.key] = true; // expect: trust-boundary
  req.session.n = Number(req.body.n);
  req.session.n = parseInt(req.body.n, 10);
  req.session.flag = req.body.flag === 'yes';
  req.session.flag = !!req.body.flag;
  const { lang, name } = req.body;
  if (!LANGS.includes(lang)) return res.end();
  req.session.lang = lang;
  const s = req.session;
  s.name = name; // expect: trust-boundary
  Object.assign(req.session, req.body); // expect: trust-boundary
  req.session.user = { id: req.body.id }; // expect: trust-boundary
});
app.post('/2', async (req, res) => {
  const user = await User.findOne({ name: req.body.name });
  req.session.userId = user.id;
  req.session.at = Date.now();
  req.session.save(() => {});
  const theme = { d: 'dark' }[req.body.t] || 'light';
  req.session.theme = theme;
  switch (req.body.view) {
    case 'grid': req.session.view = 'grid'; break;
    default: req.session.view = 'list';
  }
  if (req.body.view === 'a' || req.body.view === 'b') req.session.view = req.body.view;
  if (/^[a-z]{2}$/.test(req.body.l)) req.session.l = req.body.l;
  if (typeof req.body.n !== 'number') return;
  req.session.n = req.body.n;
});
