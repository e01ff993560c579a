'use strict';

const http = require('node:http');
const ejs = require('ejs');

const layers = [
  { header: 'Report <%= number %>', footer: 'Page 1' },
  { footer: 'Printed by <%= operator %>' },
];

function settings(url) {
  const chosen = Object.fromEntries(new URL(url, 'http://localhost').searchParams);
  const stack = [...layers, chosen];
  return new Map(stack.flatMap((layer) => Object.entries(layer)));
}

function render(url) {
  const values = settings(url);
  const template = [values.get('header'), values.get('footer')].join('\n---\n');
  return ejs.render(template, {
    number: Number(values.get('number')) || 0,
    operator: values.get('operator') || 'nobody',
  });
}

http.createServer((req, res) => {
  try {
    const text = render(req.url);
    res.setHeader('content-type', 'application/json');
    res.end(JSON.stringify({ text }));
  } catch (err) {
    res.writeHead(400).end();
  }
}).listen(8060);
