'use strict';

const express = require('express');
const cookieParser = require('cookie-parser');
const serialize = require('node-serialize');

const app = express();
app.use(cookieParser());

const DEFAULTS = { columns: 3, units: 'metric', dense: false };

function decodeLayout(raw) {
  const text = Buffer.from(raw, 'base64').toString('utf8');
  const layout = JSON.parse(text);
  return {
    columns: Number(layout.columns) || DEFAULTS.columns,
    units: layout.units === 'imperial' ? 'imperial' : 'metric',
    dense: Boolean(layout.dense),
  };
}

function withLayout(req, res, next) {
  const raw = req.cookies.layout;
  try {
    req.layout = raw ? decodeLayout(raw) : { ...DEFAULTS };
  } catch {
    req.layout = { ...DEFAULTS };
  }
  next();
}

app.get('/board', withLayout, (req, res) => res.json({ layout: req.layout, cards: [] }));

app.post('/board/layout', express.json(), (req, res) => {
  const layout = {
    columns: Number(req.body.columns) || DEFAULTS.columns,
    units: req.body.units === 'imperial' ? 'imperial' : 'metric',
    dense: Boolean(req.body.dense),
  };
  const value = Buffer.from(serialize.serialize(layout)).toString('base64');
  res.cookie('layout', value, { httpOnly: true, secure: true, sameSite: 'lax' });
  res.status(204).end();
});

app.listen(3000);
