const http = require('http');
const fs = require('fs');
const { DOMParser } = require('@xmldom/xmldom');
const xpath = require('xpath');

const catalog = new DOMParser().parseFromString(fs.readFileSync('./data/catalog.xml', 'utf8'), 'text/xml');

function pricesByAuthor(author) {
  const query = xpath.parse("//book[author=$author and @public='yes']/price/text()");
  const nodes = query.select({ node: catalog, variables: { author: author + '' } });
  return nodes.map((node) => Number(node.nodeValue));
}

const routes = {
  '/prices': (params) => ({ prices: pricesByAuthor(params.get('author') || 'unknown') }),
  '/health': () => ({ ok: true }),
};

const server = http.createServer((req, res) => {
  const url = new URL(req.url, 'http://localhost');
  const route = Object.hasOwn(routes, url.pathname) ? routes[url.pathname] : null;
  res.setHeader('content-type', 'application/json');
  if (!route) {
    res.statusCode = 404;
    res.end('{}');
    return;
  }
  try {
    res.end(JSON.stringify(route(url.searchParams)));
  } catch (err) {
    res.statusCode = 500;
    res.end(JSON.stringify({ error: 'lookup failed' }));
  }
});

server.listen(8088);
