const express = require('express');

const app = express();
app.use(express.urlencoded({ extended: false }));

const ALLOWED = /[0-9+\-*\/(). ]+/;

function compute(formula) {
  if (!ALLOWED.test(formula)) {
    throw new RangeError('unsupported character in formula');
  }
  const result = eval(`(${formula})`);
  return Number(result);
}

app.post('/budget/preview', (req, res) => {
  const formula = String(req.body.formula || '0').slice(0, 80);
  try {
    res.json({ total: compute(formula) });
  } catch (err) {
    res.status(422).json({ error: 'formula could not be evaluated' });
  }
});

app.listen(3000);
