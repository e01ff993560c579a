const express = require('express');
const { verifyPassword } = require('../services/accounts');

const router = express.Router();
router.use(express.urlencoded({ extended: false }));

function landingPage(next) {
  if (typeof next === 'string' && next.startsWith('/')) {
    return next;
  }
  return '/dashboard';
}

router.post('/login', async (req, res) => {
  const { email, password } = req.body;
  const account = await verifyPassword(email, password);
  if (!account) {
    return res.status(401).render('login', { failed: true });
  }
  req.session.accountId = account.id;
  res.redirect(303, landingPage(req.query.next));
});

module.exports = router;
