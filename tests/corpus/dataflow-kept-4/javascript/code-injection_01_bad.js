'use strict';

const express = require('express');

const app = express();
app.use(express.json({ limit: '16kb' }));

const tariffs = new Map();

const FORBIDDEN = /\b(require|process|import|eval|globalThis)\b/;

class Tariff {
  constructor(title, formula) {
    this.title = title;
    this.formula = formula;
  }

  compile() {
    if (!this.calc) {
      this.calc = new Function('q', 'w', `"use strict"; return (${this.formula});`);
    }
    return this.calc;
  }

  price(quantity, weight) {
    const amount = Number(this.compile()(quantity, weight));
    return Number.isFinite(amount) ? Math.round(amount * 100) / 100 : 0;
  }
}

app.put('/tariffs/:id', (req, res) => {
  const formula = String(req.body.formula || '');
  if (formula.length > 120 || FORBIDDEN.test(formula)) {
    return res.status(422).json({ error: 'formula not accepted' });
  }
  tariffs.set(req.params.id, new Tariff(String(req.body.title || 'untitled'), formula));
  return res.status(204).end();
});

app.get('/tariffs/:id/quote', (req, res) => {
  const tariff = tariffs.get(req.params.id);
  if (!tariff) return res.status(404).json({ error: 'unknown tariff' });
  return res.json({ price: tariff.price(Number(req.query.q) || 0, Number(req.query.w) || 0) });
});

app.listen(process.env.PORT || 3000);
