const express = require('express');
const libxmljs = require('libxmljs2');

const app = express();
app.use(express.text({ type: ['application/xml', 'text/xml'], limit: '200kb' }));

const OPTIONS = { nonet: true, noent: false, noblanks: true };

function readOrder(xml) {
  const doc = libxmljs.parseXml(xml, OPTIONS);
  const lines = doc.find('/order/line').map((line) => ({
    sku: line.attr('sku')?.value() ?? null,
    remark: line.text(),
  }));
  return { customer: doc.get('/order/customer')?.text() ?? '', lines };
}

app.post('/orders', (req, res) => {
  if (typeof req.body !== 'string' || !req.body.includes('<order')) {
    return res.status(415).json({ error: 'expected an order' });
  }
  try {
    const order = readOrder(req.body);
    res.status(201).json(order);
  } catch {
    res.status(422).json({ error: 'malformed order' });
  }
});

app.listen(3000);
