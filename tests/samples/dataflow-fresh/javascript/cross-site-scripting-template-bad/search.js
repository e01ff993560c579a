const express = require('express');

const app = express();

function html(strings, ...values) {
  return strings.reduce((out, s, i) => out + s + (values[i] ?? ''), '');
}

app.get('/search', (req, res) => {
  const q = req.query.q || '';
  res.send(html`<h1>Results for ${q}</h1><p>${0} matches</p>`);
});
app.listen(3000);
