const http = require('node:http');
const https = require('node:https');

const UPSTREAM = { protocol: 'https:', hostname: 'prices.example.com', port: 443, method: 'GET' };

class Relay {
  constructor(headers) {
    this.options = { ...UPSTREAM, headers: { accept: 'application/json' } };
    this.headers = headers;
  }

  prepare() {
    const wanted = this.headers['x-price-host'];
    if (wanted) {
      this.options.headers['x-price-host'] = wanted.toLowerCase();
    }
    return Object.assign({}, this.options, { path: '/v2/prices', timeout: 4000 });
  }

  pipe(response) {
    const outgoing = https.request(this.prepare(), (incoming) => {
      response.writeHead(incoming.statusCode, { 'content-type': 'application/json' });
      incoming.pipe(response);
    });
    outgoing.on('error', () => response.writeHead(502).end());
    outgoing.end();
  }
}

http
  .createServer((request, response) => {
    new Relay(request.headers).pipe(response);
  })
  .listen(8080);
