const express = require('express');
const libxmljs = require('libxmljs2');
const invoices = require('./invoices');

const app = express();

const PARSER = {
  nonet: true,
  noblanks: true,
  noent: false,
};

function textOf(node, name) {
  const child = node.get(name);
  return child ? child.text().trim() : null;
}

function readInvoice(xml) {
  const root = libxmljs.parseXml(xml, PARSER).root();
  return {
    number: textOf(root, 'number'),
    note: textOf(root, 'note'),
    lines: root.find('lines/line').map((line) => ({
      article: textOf(line, 'article'),
      quantity: Number(textOf(line, 'quantity')),
    })),
  };
}

app.post('/invoices', express.text({ type: ['application/xml', 'text/xml'], limit: '1mb' }), async (req, res, next) => {
  let invoice;
  try {
    invoice = readInvoice(req.body);
  } catch (err) {
    return res.status(422).json({ error: 'the invoice could not be read' });
  }
  try {
    await invoices.store(invoice);
    return res.status(201).json(invoice);
  } catch (err) {
    return next(err);
  }
});

app.listen(3000);
