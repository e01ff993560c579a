const express = require('express');
const accounts = require('../services/accounts');

const router = express.Router();
router.use(express.json());

router.post('/session', async (req, res, next) => {
  try {
    const { email, password, role } = req.body;
    const account = await accounts.authenticate(email, password);
    if (!account) {
      return res.status(401).json({ error: 'unknown account' });
    }
    req.session.regenerate((err) => {
      if (err) {
        return next(err);
      }
      req.session.userId = account.id;
      req.session.role = role || account.role;
      res.json({ requested: role, granted: req.session.role });
    });
  } catch (err) {
    next(err);
  }
});

module.exports = router;
