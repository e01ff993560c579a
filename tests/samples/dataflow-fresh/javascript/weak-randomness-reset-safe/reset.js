const express = require('express');
const { randomBytes } = require('crypto');
const mail = require('./mail');

const app = express();
app.use(express.json());

const newToken = (n) => randomBytes(n).toString('base64url');

app.post('/forgot', async (req, res) => {
  const resetToken = newToken(32);
  await mail.send(req.body.email, `https://example.com/reset?token=${resetToken}`);
  res.sendStatus(202);
});
app.listen(3000);
