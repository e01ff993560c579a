const express = require('express');
const nunjucks = require('nunjucks');
const { search } = require('../services/search');

const router = express.Router();
const env = new nunjucks.Environment(null, { autoescape: false, trimBlocks: true });

const PAGE = nunjucks.compile(
  `<!doctype html>
<h1>Results for {{ term }}</h1>
<ul>
{% for hit in hits %}<li>{{ hit.title | escape }}</li>
{% endfor %}
</ul>`,
  env,
);

router.get('/search', async (req, res, next) => {
  const term = String(req.query.q || '').trim();
  if (term.length > 300) {
    return res.status(400).json({ error: 'query is too long' });
  }
  try {
    const hits = await search(term);
    res.set('content-type', 'text/html; charset=utf-8');
    res.send(PAGE.render({ term, hits }));
  } catch (err) {
    next(err);
  }
});

module.exports = router;
