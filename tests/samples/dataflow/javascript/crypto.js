const crypto = require('crypto');

function weak_digest(req, res) {
  return crypto.createHash('md5').update('x').digest('hex'); // expect: weak-hash
}

function weak_signature(req, res) {
  return crypto.createSign('RSA-SHA1').update('x').sign('key'); // expect: weak-hash
}

function weak_derivation(req, res) {
  return crypto.pbkdf2Sync('pw', 'na', 100000, 64, 'md5'); // expect: weak-hash
}

function digest(req, res) {
  res.send(crypto.createHash('sha256').update(req.query.q).digest('hex'));
}

function derived(req, res) {
  res.send('<b>' + crypto.scryptSync(req.query.q, 'na', 64));
}

function random_bytes(req, res) {
  const sizes = Math.floor(Math.random() * 8);
  const token = crypto.randomBytes(16 + sizes).toString('hex');
  return token;
}

function compared(req, res) {
  res.send('<b>' + crypto.timingSafeEqual(req.query.a, req.query.b) + '</b>');
}

function signed(req, res) {
  const code = crypto.createHmac('sha256', process.env.KEY).update(req.body.script).digest();
  if (crypto.timingSafeEqual(code, Buffer.from(req.body.code, 'hex'))) eval(req.body.script);
}

function guessed_key(text) {
  return crypto.createHmac('sha256', String(Math.random())).update(text); // expect: weak-randomness
}

function guessed_vector(key) {
  return crypto.createCipheriv('aes-256-cbc', key, String(Math.random())); // expect: weak-randomness
}

function foretold(text) {
  return crypto.scryptSync(text, String(Math.random()), 32); // expect: weak-randomness
}
