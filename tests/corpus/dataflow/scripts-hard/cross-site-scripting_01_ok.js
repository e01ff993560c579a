'use strict';

const express = require('express');
const { Page, encodeText, encodeQuotes } = require('./lib/markup');

class SearchForm {
  constructor(term) {
    this.term = term;
  }

  get markup() {
    return `<form><input name="q" value="${encodeText(this.term)}"><button>Search</button></form>`;
  }
}

class Summary {
  constructor(term, hits) {
    this.term = term;
    this.hits = hits;
  }

  get markup() {
    return `<p>${this.hits.length} results for <em>${encodeText(this.term)}</em></p>`;
  }
}

class SearchController {
  constructor(recipes) {
    this.recipes = recipes;
  }

  handle(req, res) {
    const term = String(req.query.q || '').trim();
    const hits = this.recipes.filter((recipe) => recipe.includes(term.toLowerCase()));
    const page = new Page('Recipes');
    for (const part of [new SearchForm(term), new Summary(term, hits)]) {
      page.section(part.markup);
    }
    page.section(`<ul title="${encodeQuotes('found')}">${hits.map((hit) => `<li>${encodeText(hit)}</li>`).join('')}</ul>`);
    res.type('html').send(page.toString());
  }
}

const controller = new SearchController(['apple pie', 'lentil soup', 'rye bread']);
const app = express();
app.get('/recipes', (req, res) => controller.handle(req, res));
app.listen(3000);
