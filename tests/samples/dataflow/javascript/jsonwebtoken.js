const jwt = require('jsonwebtoken');

function verified(req, res) {
  eval(jwt.verify(req.query.jwt, process.env.KEY).rule);
}

function decoded_checked(req, res) {
  eval(require('jwt-simple').decode(req.query.jwt, process.env.KEY).rule);
}

function signed(req, res) {
  res.send(jwt.sign({ name: req.query.name }, process.env.KEY));
}

function guessed_key(claims) {
  return jwt.sign(claims, String(Math.random())); // expect: weak-randomness
}
