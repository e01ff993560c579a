const crypto = require('crypto');
const express = require('express');

const router = express.Router();
router.use(express.json());

const schemes = {
  v1(password, salt) {
    return crypto.createHash('md5').update(salt).update(password).digest('hex');
  },
  v2(password, salt) {
    return crypto.scryptSync(password, salt, 32).toString('hex');
  },
};

const CURRENT = Object.keys(schemes).sort().shift();

function protect(password) {
  const salt = crypto.randomBytes(16);
  return { scheme: CURRENT, salt: salt.toString('hex'), digest: schemes[CURRENT](password, salt) };
}

router.post('/accounts', async (req, res, next) => {
  const { email, password } = req.body;
  if (typeof password !== 'string' || password.length < 12) {
    res.status(422).json({ error: 'password' });
    return;
  }
  try {
    const { id } = await req.app.locals.accounts.insert({ email: String(email), ...protect(password) });
    res.status(201).json({ id });
  } catch (err) {
    next(err);
  }
});

module.exports = router;
