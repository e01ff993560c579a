'use strict';

const http = require('node:http');

function initialState(url) {
  const query = url.searchParams;
  return {
    view: query.get('view') === 'list' ? 'list' : 'map',
    filter: query.get('filter') || '',
    page: Math.max(1, parseInt(query.get('page'), 10) || 1),
  };
}

function inline(state) {
  return JSON.stringify(state).replace(/[\u2028\u2029]/g, (c) => `\\u${c.charCodeAt(0).toString(16)}`);
}

function* document(state) {
  yield '<!doctype html><html><head><meta charset="utf-8"><title>Stops</title></head><body>';
  yield '<div id="root"></div>';
  yield `<script>window.__STATE__ = ${inline(state)};</script>`;
  yield '<script src="/assets/app.js"></script></body></html>';
}

http.createServer((req, res) => {
  const url = new URL(req.url, 'http://localhost');
  res.setHeader('content-type', 'text/html; charset=utf-8');
  for (const chunk of document(initialState(url))) {
    res.write(chunk);
  }
  res.end();
}).listen(8050);
