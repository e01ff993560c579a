import { createServer } from 'node:http';
import { escapeHtml, scriptJson } from './harbor/text.mjs';
import { queryOf } from './harbor/request.mjs';

const TIDES = [
  { at: '04:12', metres: 3.9 },
  { at: '10:31', metres: 0.8 },
  { at: '16:40', metres: 4.1 },
];

function state(params) {
  const day = /^\d{4}-\d\d-\d\d$/.test(params.get('day') ?? '') ? params.get('day') : 'today';
  return { day, station: params.get('station') ?? 'Old Pier', tides: TIDES };
}

function page(current) {
  const title = escapeHtml(`Tides at ${current.station}`);
  const data = JSON.stringify(current);
  return `<!doctype html>
<html lang="en">
  <head><meta charset="utf-8"><title>${title}</title></head>
  <body>
    <h1>${title}</h1>
    <div id="chart"></div>
    <script>window.initialState = ${data};</script>
    <script src="/assets/chart.js" defer></script>
  </body>
</html>`;
}

createServer((req, res) => {
  if (req.method !== 'GET' || !req.url.startsWith('/tides')) {
    res.writeHead(404).end();
    return;
  }
  const html = page(state(queryOf(req)));
  res.writeHead(200, { 'content-type': 'text/html; charset=utf-8' });
  res.end(html);
}).listen(8084);
