const http = require('http');
const fs = require('fs');
const xpath = require('xpath');
const { DOMParser } = require('@xmldom/xmldom');

const members = new DOMParser().parseFromString(fs.readFileSync('members.xml', 'utf8'), 'text/xml');

function lookup(card, pin) {
  const source = '//member[@card=$card and @pin=$pin]/@name';
  return xpath.parse(source).select({ node: members, variables: { card: card.replace(/"/g, ''), pin: pin.replace(/"/g, '') } });
}

function readForm(req, callback) {
  let text = '';
  req.setEncoding('utf8');
  req.on('data', (chunk) => {
    text += chunk;
    if (text.length > 4096) req.destroy();
  });
  req.on('end', () => callback(new URLSearchParams(text)));
}

http
  .createServer((req, res) => {
    if (req.method !== 'POST') {
      res.writeHead(405);
      res.end();
      return;
    }
    readForm(req, (form) => {
      const hits = lookup(form.get('card') || '', form.get('pin') || '');
      res.writeHead(hits.length === 1 ? 204 : 403);
      res.end();
    });
  })
  .listen(8070);
