const express = require('express');
const { randomUUID } = require('crypto');

const app = express();
app.use(express.json());

const sessions = new Map();

const flags = (persistent) => {
  const options = { httpOnly: true, sameSite: 'strict', path: '/' };
  if (persistent) {
    options.maxAge = 14 * 24 * 3600 * 1000;
  }
  options.secure = true;
  return options;
};

async function login(req, res) {
  const { user, password, remember } = req.body;
  const account = await app.locals.accounts.verify(user, password);
  if (!account) {
    res.status(401).json({ error: 'credentials' });
    return;
  }
  const id = randomUUID();
  sessions.set(id, account.id);
  res.cookie('sid', id, flags(remember === true));
  res.status(204).end();
}

app.post('/login', (req, res, next) => {
  login(req, res).catch(next);
});

app.listen(3000);
