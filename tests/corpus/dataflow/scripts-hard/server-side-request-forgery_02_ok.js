'use strict';

const http = require('node:http');
const https = require('node:https');

const BACKENDS = { eu: 'weather-eu.example.com', us: 'weather-us.example.com' };

function options(query) {
  const headers = { accept: 'application/json' };
  const draft = new Map([['hostname', BACKENDS.eu], ['path', '/v1/forecast'], ['units', 'metric']]);
  for (const [key, value] of query) {
    switch (key) {
      case 'region':
        draft.set('hostname', Object.hasOwn(BACKENDS, value) ? BACKENDS[value] : BACKENDS.eu);
        break;
      case 'city':
        draft.set('path', `/v1/forecast?city=${encodeURIComponent(value)}`);
        break;
      case 'lang':
        headers['accept-language'] = value === 'fr' ? 'fr' : 'en';
        break;
      default:
        draft.set('units', draft.has(key) ? 'metric' : encodeURIComponent(value));
    }
  }
  return { hostname: draft.get('hostname'), path: draft.get('path'), headers };
}

http.createServer((req, res) => {
  const { searchParams } = new URL(req.url, 'http://localhost');
  https.get(options(searchParams), (upstream) => {
    let size = 0;
    upstream.on('data', (chunk) => {
      size += chunk.length;
    });
    upstream.on('end', () => res.end(JSON.stringify({ status: upstream.statusCode, size })));
  }).on('error', () => res.writeHead(502).end());
}).listen(8020);
