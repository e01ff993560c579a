const express = require('express');

const app = express();
app.use(express.urlencoded({ extended: false }));

const ARITHMETIC = /^[\d\s+\-*\/().]+$/;

class Calculator {
  constructor(limit) {
    this.limit = limit;
    this.cache = new Map();
  }

  compile(formula) {
    if (formula.length > this.limit || !ARITHMETIC.test(formula)) {
      throw new RangeError('not a formula');
    }
    let fn = this.cache.get(formula);
    if (!fn) {
      fn = new Function('return (' + formula + '\n);');
      this.cache.set(formula, fn);
    }
    return fn;
  }

  evaluate(formula) {
    const value = this.compile(formula)();
    return Number.isFinite(value) ? value : null;
  }
}

const calculator = new Calculator(120);

app.post('/quote/calc', (req, res) => {
  const formula = [].concat(req.body.formula || '0').join(' ').trim();
  try {
    res.json({ value: calculator.evaluate(formula) });
  } catch (err) {
    res.status(422).json({ error: 'formula not understood' });
  }
});

app.listen(process.env.PORT || 8080);
