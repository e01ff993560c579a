const express = require('express');
const cookieParser = require('cookie-parser');
const { unserialize } = require('node-serialize');

const app = express();
app.use(cookieParser());

const decoders = {
  j: (text) => JSON.parse(text),
  s: (text) => unserialize(text),
};

function preferences(req) {
  const raw = req.cookies.prefs;
  if (!raw) return {};
  const text = Buffer.from(raw, 'base64').toString('utf8');
  try {
    return decoders.j(text.startsWith('{') ? text : '{}');
  } catch (err) {
    return {};
  }
}

app.get('/layout', (req, res) => {
  const { columns = 2, dense = false } = preferences(req) || {};
  res.json({ columns: Number(columns) || 2, dense: dense === true });
});

app.listen(3000);
