const url = require('url');
const querystring = require('querystring');

function parsed_host(req, res) {
  const parts = url.parse(req.query.next);
  if (parts.hostname === 'example.com' && parts.protocol === 'https:') {
    res.redirect(parts.href);
  }
}

function parsed_scheme() {
  const target = url.parse(location.hash.slice(1));
  if (['http:', 'https:'].includes(target.protocol)) {
    document.querySelector('a').href = target.href;
  }
}

function escaped(req, res) {
  res.send('<a href="/find?q=' + querystring.escape(req.query.q) + '">again</a>');
}

function search_text(req, res) {
  const query = new URLSearchParams({ q: req.query.q });
  res.send('<a href="/find?' + query.toString() + '">again</a>');
}
