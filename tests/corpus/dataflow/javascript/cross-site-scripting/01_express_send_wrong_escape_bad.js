const express = require('express');
const escapeHtml = require('escape-html');
const { search } = require('../services/search');

const router = express.Router();

function heading(term) {
  const shown = encodeURI(term);
  return `<h1>Results for ${decodeURIComponent(shown)}</h1>`;
}

router.get('/search', async (req, res, next) => {
  try {
    const term = String(req.query.q || '');
    const hits = await search(term);
    const items = hits.map((hit) => `<li>${escapeHtml(hit.title)}</li>`);
    res.type('html');
    res.send(['<!doctype html>', heading(term), '<ul>', ...items, '</ul>'].join('\n'));
  } catch (err) {
    next(err);
  }
});

module.exports = router;
