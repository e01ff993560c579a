const express = require('express');
const cookieParser = require('cookie-parser');
const serialize = require('node-serialize');

const app = express();
app.use(cookieParser());

const DEFAULTS = { theme: 'light', pageSize: 25 };

function readPreferences(encoded) {
  const text = Buffer.from(encoded, 'base64').toString('utf8');
  const prefs = JSON.parse(text);
  return {
    theme: prefs.theme === 'dark' ? 'dark' : 'light',
    pageSize: Number(prefs.pageSize) || DEFAULTS.pageSize,
  };
}

app.get('/preferences', (req, res) => {
  const encoded = req.cookies.prefs;
  if (!encoded) {
    return res.json(DEFAULTS);
  }
  try {
    res.json(readPreferences(encoded));
  } catch {
    res.status(400).json({ error: 'preferences cookie is not readable' });
  }
});

app.get('/preferences/export', (req, res) => {
  res.type('text/plain').send(serialize.serialize(DEFAULTS));
});

app.listen(3000);
