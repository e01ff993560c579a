const express = require('express');
const router = express.Router();

router.use(express.json());

const grants = new Map([
  [7, ['reader', 'editor']],
  [12, ['reader']],
]);

function ensureSession(req, res, next) {
  if (!req.session || !req.session.userId) {
    res.status(401).json({ error: 'login' });
    return;
  }
  next();
}

router.post('/workspace', ensureSession, (req, res) => {
  const { view, role } = req.body;
  const granted = grants.get(req.session.userId) || [];
  if (granted.includes(role)) {
    req.session.role = role;
  }
  res.json({ updated: true, view: view === 'board' ? 'board' : 'list' });
});

router.get('/workspace', ensureSession, (req, res) => {
  res.json({ canEdit: req.session.role === 'editor' });
});

module.exports = router;
