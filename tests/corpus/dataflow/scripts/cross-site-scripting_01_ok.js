const http = require('http');
const { URL } = require('url');

const escapeMarkup = (text) =>
  text.replace(/[&<>"']/g, (c) => ({ '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;', "'": '&#39;' })[c]);

class Page {
  constructor(title) {
    this.parts = ['<!doctype html><html><head><title>', title, '</title></head><body>'];
  }

  form(term) {
    const value = escapeMarkup(term);
    this.parts.push('<form action="/find"><input name="q" value="', value, '"><button>Find</button></form>');
    return this;
  }

  results(count) {
    this.parts.push(`<p>${count} pages</p>`);
    return this;
  }

  toString() {
    return this.parts.concat('</body></html>').join('');
  }
}

const pages = ['opening hours', 'how to reach us', 'membership', 'lost property'];

const server = http.createServer((req, res) => {
  const { pathname, searchParams } = new URL(req.url, 'http://localhost');
  if (pathname !== '/find') {
    res.writeHead(404).end();
    return;
  }
  const term = searchParams.get('q') || '';
  const count = pages.filter((page) => page.includes(term)).length;
  res.writeHead(200, { 'Content-Type': 'text/html; charset=utf-8' });
  res.end(new Page('Find').form(term).results(count).toString());
});

server.listen(8088);
