const express = require('express');
const cookieParser = require('cookie-parser');
const serialize = require('node-serialize');

const app = express();
app.use(cookieParser());

const decode = (cookie) => Buffer.from(cookie, 'base64').toString('utf8');

app.get('/', (req, res) => {
  const { profile } = req.cookies;
  if (!profile) {
    return res.redirect('/login');
  }
  const user = JSON.parse(decode(profile));
  res.json({ name: user.username });
});
app.listen(8000);
