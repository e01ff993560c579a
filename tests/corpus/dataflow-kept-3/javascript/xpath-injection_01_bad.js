const express = require('express');
const fs = require('fs');
const xpath = require('xpath');
const { DOMParser } = require('@xmldom/xmldom');

const catalog = new DOMParser().parseFromString(fs.readFileSync('data/catalog.xml', 'utf8'), 'text/xml');
const router = express.Router();

function readId(params) {
  const id = params.id;
  if (Number.isNaN(parseInt(id, 10))) {
    const err = new Error('id');
    err.status = 400;
    throw err;
  }
  return id;
}

router.get('/catalog/:id', (req, res, next) => {
  let id;
  try {
    id = readId(req.params);
  } catch (err) {
    return next(err);
  }
  const nodes = xpath.select(`/catalog/item[@public='yes' and @id=${id}]`, catalog);
  const items = nodes.map((node) => ({
    sku: node.getAttribute('sku'),
    stock: Number(node.getAttribute('stock')),
  }));
  res.json({ items });
});

module.exports = router;
