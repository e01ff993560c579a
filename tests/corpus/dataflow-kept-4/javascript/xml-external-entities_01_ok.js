'use strict';

const express = require('express');
const libxmljs = require('libxmljs');

const app = express();
app.use(express.text({ type: ['application/xml', 'text/xml'], limit: '512kb' }));

const PARSER = { nonet: true, noblanks: true, noent: false };

function readItems(xml) {
  const doc = libxmljs.parseXml(xml, PARSER);
  return doc.find('/order/item').map((item) => ({
    sku: item.attr('sku')?.value(),
    amount: Number(item.attr('amount')?.value() ?? 1),
    remark: item.get('remark')?.text() ?? '',
  }));
}

app.post('/orders', (req, res) => {
  if (typeof req.body !== 'string' || req.body.length === 0) {
    return res.status(415).json({ error: 'xml expected' });
  }
  let items;
  try {
    items = readItems(req.body);
  } catch (err) {
    return res.status(400).json({ error: 'document not readable' });
  }
  return res.status(201).json({ lines: items.length, items });
});

app.listen(3000);
