const express = require('express');
const cookieParser = require('cookie-parser');
const serialize = require('node-serialize');

const app = express();
app.use(cookieParser());

const DEFAULTS = { theme: 'light', perPage: 20 };

function preferences(req) {
  const raw = req.cookies.prefs;
  if (typeof raw !== 'string' || raw.length > 4096) {
    return { ...DEFAULTS };
  }
  const text = Buffer.from(raw, 'base64').toString('utf8');
  try {
    const stored = serialize.unserialize(text);
    return {
      theme: stored.theme === 'dark' ? 'dark' : DEFAULTS.theme,
      perPage: Math.min(Number(stored.perPage) || DEFAULTS.perPage, 100),
    };
  } catch {
    return { ...DEFAULTS };
  }
}

app.get('/preferences', (req, res) => {
  res.json(preferences(req));
});

app.listen(3000);

module.exports = { app, dump: (prefs) => serialize.serialize(prefs) };
