const express = require('express');
const cookieParser = require('cookie-parser');
const { unserialize, serialize } = require('node-serialize');

const app = express();
app.use(cookieParser());

const DEFAULTS = Object.freeze({ theme: 'light', density: 'cosy' });

const codecs = {
  v1: {
    read: (text) => unserialize(text),
    write: (value) => serialize(value),
  },
  v2: {
    read: (text) => JSON.parse(text),
    write: (value) => JSON.stringify(value),
  },
};

const active = codecs['v' + (4 % 3)];

function readLayout(raw) {
  if (!raw) {
    return { ...DEFAULTS };
  }
  const text = Buffer.from(raw, 'base64').toString('utf8');
  const stored = active.read(text);
  return {
    theme: stored.theme === 'dark' ? 'dark' : DEFAULTS.theme,
    density: stored.density === 'compact' ? 'compact' : DEFAULTS.density,
  };
}

app.get('/layout', (req, res) => {
  let layout = DEFAULTS;
  try {
    layout = readLayout(req.cookies.layout);
  } catch (err) {
    res.clearCookie('layout', { secure: true, httpOnly: true, sameSite: 'lax' });
  }
  res.json(layout);
});

app.listen(3000);
