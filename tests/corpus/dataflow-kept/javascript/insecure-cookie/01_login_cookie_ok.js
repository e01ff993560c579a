const express = require('express');
const { verifyLogin } = require('./accounts');
const { issueSession } = require('./sessions');

const app = express();
app.use(express.json());

const ONE_HOUR = 60 * 60 * 1000;

function cookieOptions(remember) {
  const options = { httpOnly: true, sameSite: 'lax', path: '/' };
  if (remember) {
    options.maxAge = 24 * ONE_HOUR;
  }
  options.secure = true;
  return options;
}

app.post('/api/login', async (req, res, next) => {
  const { email, password, remember = false } = req.body;
  try {
    const account = await verifyLogin(email, password);
    if (!account) {
      return res.status(401).json({ error: 'wrong e-mail or password' });
    }
    const token = await issueSession(account.id);
    res.cookie('sid', token, cookieOptions(Boolean(remember)));
    return res.json({ name: account.name });
  } catch (err) {
    return next(err);
  }
});

app.listen(3000);
