const express = require('express');
const { searchPosts } = require('./store');

const router = express.Router();

const ENTITIES = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;', "'": '&#39;' };
const encode = (value) => String(value).replace(/[&<>"']/g, (ch) => ENTITIES[ch]);

function page(term, hits) {
  return `<!doctype html>
<html>
  <body>
    <form action="/posts/search">
      <input name="q" value="${encode(term)}">
      <button>Search</button>
    </form>
    <p>${hits.length} posts found</p>
  </body>
</html>`;
}

router.get('/posts/search', async (req, res, next) => {
  const term = req.query.q ?? '';
  try {
    const hits = await searchPosts(String(term));
    res.type('html').send(page(term, hits));
  } catch (err) {
    next(err);
  }
});

module.exports = router;
