const express = require('express');
const ejs = require('ejs');

const router = express.Router();

const FOOTER = '<p>Kind regards, the <%= team %> team</p>';

router.post('/letters/preview', express.json(), (req, res) => {
  const { greeting = 'Dear customer', topic = '' } = req.body;
  const source = '<p>' + ejs.escapeXML(greeting) + '</p><p><%= topic %></p>' + FOOTER;
  const html = ejs.render(source.replace(/&lt;%/g, '<%').replace(/%&gt;/g, '%>'), {
    topic,
    team: 'billing',
  });
  res.json({ html });
});

module.exports = router;
