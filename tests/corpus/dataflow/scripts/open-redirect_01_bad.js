const express = require('express');
const router = express.Router();

router.use(express.urlencoded({ extended: false }));

function landing(wanted, fallback = '/home') {
  if (typeof wanted !== 'string' || wanted.length > 512) {
    return fallback;
  }
  const local = wanted.startsWith('/') && !wanted.includes('://');
  return local ? wanted : fallback;
}

function authenticate(store) {
  return async function check(req, res, next) {
    const { user, password } = req.body;
    try {
      req.member = await store.verify(user, password);
      next();
    } catch (err) {
      res.status(401).json({ error: 'credentials' });
    }
  };
}

module.exports = (store) => {
  router.post('/login', authenticate(store), (req, res) => {
    const to = landing(req.query.next);
    res.redirect(303, to);
  });
  return router;
};
