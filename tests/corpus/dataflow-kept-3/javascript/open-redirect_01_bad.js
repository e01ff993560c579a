const express = require('express');
const { authenticate } = require('./store');

const app = express();
const ORIGIN = 'https://portal.acme.com';

app.use(express.urlencoded({ extended: false }));

function landing(returnTo) {
  if (typeof returnTo !== 'string' || !returnTo.startsWith('/')) {
    return ORIGIN + '/home';
  }
  return returnTo;
}

app.post('/login', async (req, res, next) => {
  try {
    const user = await authenticate(String(req.body.email), String(req.body.password));
    if (!user) {
      return res.status(401).json({ error: 'login failed' });
    }
    res.redirect(303, landing(req.query.returnTo));
  } catch (err) {
    next(err);
  }
});

app.listen(3000);
