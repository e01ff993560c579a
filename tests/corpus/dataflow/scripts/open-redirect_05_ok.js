const http = require('http');

const shortcuts = Object.assign(Object.create(null), {
  wiki: 'https://wiki.example.com/',
  mail: 'https://mail.example.com/',
});

const handlers = {
  go(req, res, params) {
    const { place, url } = Object.fromEntries(params);
    let target = shortcuts[place];
    target ??= url && shortcuts.wiki;
    if (!target) {
      handlers.missing(req, res);
      return;
    }
    res.writeHead(302, { Location: encodeURI(target) });
    res.end();
  },

  missing(_req, res) {
    res.writeHead(404, { 'Content-Type': 'text/plain' });
    res.end('not found');
  },
};

http
  .createServer((req, res) => {
    const { pathname, searchParams } = new URL(req.url, 'http://go.example.com');
    const name = pathname.slice(1);
    const handler = name === 'go' ? handlers.go : handlers.missing;
    handler.call(null, req, res, searchParams);
  })
  .listen(8300);
