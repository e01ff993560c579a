'use strict';

const fs = require('node:fs');
const express = require('express');
const xpath = require('xpath');
const { DOMParser } = require('@xmldom/xmldom');

const app = express();
const catalogue = new DOMParser().parseFromString(
  fs.readFileSync('data/catalogue.xml', 'utf8'),
  'text/xml',
);

function describe(node) {
  return {
    id: node.getAttribute('id'),
    title: node.getElementsByTagName('title')[0]?.textContent,
  };
}

app.get('/shelves/:shelf', (req, res) => {
  const { shelf } = req.params;
  if (shelf.length > 60) {
    return res.status(400).json({ error: 'no such shelf' });
  }
  const query = "/catalogue/book[@public='yes'][shelf='" + shelf + "']";
  const books = xpath.select(query, catalogue);
  return res.json({ count: books.length, books: books.map(describe) });
});

app.listen(3000);
