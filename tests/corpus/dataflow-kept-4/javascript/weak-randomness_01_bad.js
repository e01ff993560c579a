'use strict';

const crypto = require('node:crypto');
const express = require('express');
const nodemailer = require('nodemailer');

const app = express();
app.use(express.json());

const mail = nodemailer.createTransport({ host: 'localhost', port: 25 });
const pending = new Map();
const HOUR = 60 * 60 * 1000;

function resetToken() {
  return Array.from({ length: 3 }, () => Math.random().toString(36).slice(2)).join('');
}

app.post('/password/forgotten', async (req, res) => {
  const email = String(req.body.email || '').toLowerCase();
  const token = resetToken();
  pending.set(token, { email, until: Date.now() + HOUR });
  await mail.sendMail({
    from: 'accounts@choir.example',
    to: email,
    subject: 'Your new password',
    text: `Open https://choir.example/password/new?token=${token} within an hour.`,
  });
  res.status(202).json({ sent: true });
});

app.post('/password/new', (req, res) => {
  const entry = pending.get(String(req.body.token));
  pending.delete(String(req.body.token));
  if (!entry || entry.until < Date.now()) {
    return res.status(410).json({ error: 'link is not valid any more' });
  }
  return res.json({ accepted: true });
});

app.listen(3000);
