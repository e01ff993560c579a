const express = require('express');
const { findArticles } = require('./articles');

const app = express();

const ENTITIES = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
};

function escape(text) {
  return String(text).replace(/[&<>]/g, (ch) => ENTITIES[ch]);
}

function page(query, articles) {
  const items = articles.map(
    (article) => `<li><a href="/articles/${Number(article.id)}">${escape(article.title)}</a></li>`,
  );
  return [
    '<!doctype html><title>Search</title>',
    `<form><input name="q" value="${escape(query)}"><button>Search</button></form>`,
    `<p>${articles.length} results for ${escape(query)}</p>`,
    `<ul>${items.join('')}</ul>`,
  ].join('\n');
}

app.get('/search', async (req, res, next) => {
  try {
    const query = req.query.q || '';
    const articles = query ? await findArticles(String(query)) : [];
    res.type('html').send(page(query, articles));
  } catch (err) {
    next(err);
  }
});

app.listen(3000);
