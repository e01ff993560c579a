const uuid = require('uuid');
const Chance = require('chance');
const seedrandom = require('seedrandom');
const weak = require('nanoid/non-secure');

function time_identifier(req, res) {
  const sessionToken = uuid.v1(); // expect: weak-randomness
  return sessionToken;
}

function weak_identifier(req, res) {
  const sessionToken = weak.nanoid(); // expect: weak-randomness
  return sessionToken;
}

function seeded(req, res) {
  const sessionToken = String(seedrandom('hello')()); // expect: weak-randomness
  return sessionToken;
}

function made_up(req, res) {
  const password = new Chance().string({ length: 12 }); // expect: weak-randomness
  return password;
}
