'use strict';

const express = require('express');

const app = express();
const recipes = [
  { id: 1, title: 'Leek soup', minutes: 35 },
  { id: 2, title: 'Plum cake', minutes: 70 },
  { id: 3, title: 'Bread dumplings', minutes: 50 },
];

const ENTITIES = new Map([
  ['&', '&amp;'],
  ['<', '&lt;'],
  ['>', '&gt;'],
]);

function esc(text) {
  let out = '';
  for (const ch of text) out += ENTITIES.get(ch) ?? ch;
  return out;
}

function searchForm(term) {
  return `<form action="/recipes"><input type="search" name="q" value="${esc(term)}"></form>`;
}

function rowsFor(term) {
  const wanted = term.toLowerCase();
  return recipes
    .filter((recipe) => recipe.title.toLowerCase().includes(wanted))
    .map((recipe) => `<li><a href="/recipes/${recipe.id}">${recipe.title}</a></li>`);
}

app.get('/recipes', (req, res) => {
  const term = typeof req.query.q === 'string' ? req.query.q : '';
  const rows = rowsFor(term);
  const page = ['<!doctype html><title>Recipes</title>', searchForm(term), '<ul>', ...rows, '</ul>'];
  res.type('html').send(page.join('\n'));
});

app.listen(process.env.PORT || 3000);
