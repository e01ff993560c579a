const fs = require('node:fs');
const express = require('express');
const xpath = require('xpath');
const { DOMParser } = require('@xmldom/xmldom');

const directory = new DOMParser().parseFromString(
  fs.readFileSync('data/partners.xml', 'utf8'),
  'text/xml',
);

const app = express();
app.use(express.json());

const query = (login, pin) => `//partner[login/text()='${login}' and pin/text()='${pin}']`;

function findPartner(login, pin) {
  return xpath.select1(query(login, pin), directory);
}

app.post('/partners/token', (req, res) => {
  const login = String(req.body.login ?? '');
  const pin = String(req.body.pin ?? '');
  if (!login || !pin) {
    return res.status(400).json({ error: 'login and pin are needed' });
  }
  const partner = findPartner(login, pin);
  if (!partner) {
    return res.status(401).json({ error: 'unknown partner' });
  }
  return res.json({ partner: partner.getAttribute('id') });
});

app.listen(3000);
