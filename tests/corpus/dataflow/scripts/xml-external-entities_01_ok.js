const express = require('express');
const libxml = require('libxmljs2');

const router = express.Router();
router.use(express.text({ type: ['application/xml', 'text/xml'], limit: '256kb' }));

const PARSER = Object.freeze({ noent: false, nonet: true, noblanks: true });

function total(doc) {
  return doc
    .find('/order/line')
    .reduce((sum, line) => sum + Number(line.attr('qty').value()) * Number(line.attr('price').value()), 0);
}

router.post('/orders', (req, res) => {
  let doc;
  try {
    doc = libxml.parseXml(req.body, PARSER);
  } catch (err) {
    return res.status(400).json({ error: 'xml' });
  }
  const note = doc.get('/order/note');
  return res.status(201).json({ total: total(doc), note: note ? note.text() : null });
});

module.exports = router;
