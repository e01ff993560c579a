const express = require('express');

const app = express();

const ENTITIES = new Map([
  ['&', '&amp;'],
  ['<', '&lt;'],
  ['>', '&gt;'],
  ['"', '&quot;'],
]);

function escapeHtml(value) {
  let out = '';
  for (const ch of String(value)) {
    out += ENTITIES.get(ch) ?? ch;
  }
  return out;
}

function attributes(map) {
  return Object.entries(map)
    .map(([name, value]) => `${name}="${escapeHtml(value)}"`)
    .join(' ');
}

function searchPage(term, hits) {
  const input = attributes({ type: 'search', name: 'q', value: term });
  return [
    '<!doctype html><title>Search</title>',
    '<form action="/search"><input ', input, '><button>Go</button></form>',
    `<p>${hits} results</p>`,
  ].join('');
}

app.get('/search', (req, res) => {
  const term = req.query.q === undefined ? '' : String(req.query.q);
  const hits = term.length ? term.length * 3 : 0;
  res.type('html').send(searchPage(term, hits));
});

app.listen(3000);
