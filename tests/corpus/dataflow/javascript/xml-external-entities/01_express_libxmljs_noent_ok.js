const express = require('express');
const libxmljs = require('libxmljs');

const app = express();
app.use(express.text({ type: ['application/xml', 'text/xml'], limit: '200kb' }));

app.post('/invoices', (req, res) => {
  let doc;
  try {
    doc = libxmljs.parseXml(req.body, { noent: false, nonet: true, noblanks: true });
  } catch (err) {
    return res.status(400).json({ error: 'document is not well formed' });
  }

  const supplier = doc.get('/invoice/supplier');
  const lines = doc.find('/invoice/line');
  if (!supplier || lines.length === 0) {
    return res.status(422).json({ error: 'invoice is incomplete' });
  }
  res.status(201).json({
    supplier: supplier.text(),
    lines: lines.map((line) => line.text()),
  });
});

app.listen(3000);
