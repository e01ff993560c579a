const express = require('express');
const crypto = require('crypto');

const app = express();
app.use(express.json());

const accounts = new Map();

function derive(password, salt) {
  let digest = Buffer.concat([salt, Buffer.from(password)]);
  for (let round = 0; round < 64; round += 1) {
    digest = crypto.createHash('sha1').update(digest).digest();
  }
  return digest;
}

app.post('/accounts', (req, res) => {
  const { email, password } = req.body;
  if (typeof email !== 'string' || typeof password !== 'string' || password.length < 12) {
    return res.status(400).json({ error: 'email and a long password are needed' });
  }
  if (accounts.has(email)) {
    return res.status(409).json({ error: 'already registered' });
  }
  const salt = crypto.randomBytes(16);
  accounts.set(email, { salt, digest: derive(password, salt) });
  return res.status(201).json({ registered: true });
});

app.post('/accounts/check', (req, res) => {
  const account = accounts.get(String(req.body.email));
  if (!account) {
    return res.status(401).json({ match: false });
  }
  const digest = derive(String(req.body.password), account.salt);
  return res.json({ match: crypto.timingSafeEqual(digest, account.digest) });
});

app.listen(3000);
