const express = require('express');
const session = require('express-session');

const app = express();
app.use(express.urlencoded({ extended: false }));
app.use(session({ secret: process.env.SECRET, resave: false, saveUninitialized: false }));

function destination(req) {
  const next = req.body.next || req.query.next;
  return next ?? '/home';
}

app.post('/login', (req, res) => {
  req.session.regenerate(() => {
    res.redirect(303, destination(req));
  });
});
app.listen(3000);
