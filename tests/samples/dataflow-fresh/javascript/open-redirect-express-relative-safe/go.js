const express = require('express');
const app = express();

app.get('/go', (req, res) => {
  const to = String(req.query.to || '/');
  if (!to.startsWith('/') || to.startsWith('//') || to.startsWith('/\\')) {
    return res.redirect('/');
  }
  res.redirect(to);
});
app.listen(3000);
