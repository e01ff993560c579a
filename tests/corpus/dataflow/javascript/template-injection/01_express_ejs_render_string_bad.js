const express = require('express');
const ejs = require('ejs');

const router = express.Router();

const FOOTER = '<p>Kind regards, the <%= team %> team</p>';

router.post('/letters/preview', express.json(), (req, res) => {
  const { greeting = 'Dear customer', topic = '' } = req.body;
  const source = `<p>${greeting}</p><p><%= topic %></p>` + FOOTER;
  const html = ejs.render(source, {
    greeting: ejs.escapeXML(String(greeting)),
    topic: String(topic),
    team: 'billing',
  });
  res.json({ html });
});

module.exports = router;
