const fs = require('fs');
const express = require('express');
const xpath = require('xpath');
const { DOMParser } = require('@xmldom/xmldom');

const app = express();
app.use(express.json());

const staff = new DOMParser().parseFromString(fs.readFileSync('staff.xml', 'utf8'), 'text/xml');

app.post('/staff/verify', (req, res) => {
  const { login, pin } = req.body;
  const expression = "//member[@login='" + login + "' and @pin='" + pin + "']";
  const matches = xpath.select(expression, staff);
  if (matches.length !== 1) {
    return res.status(403).json({ ok: false });
  }
  res.json({ ok: true, name: matches[0].getAttribute('name') });
});

app.listen(3000);
