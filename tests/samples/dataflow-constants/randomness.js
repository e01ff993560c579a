const crypto = require('crypto');
const express = require('express');
const jwt = require('jsonwebtoken');
const { v1: uuidv1, v4: uuidv4 } = require('uuid');
const app = express();
function generateToken() {
  return Math.random().toString(36).slice(2); // expect: weak-randomness
}
function good() {
  const token = crypto.randomBytes(8).toString('hex');
  const password = crypto.randomInt(10);
  const sessionId = crypto.randomUUID();
  const apiKey = uuidv4();
  return { token, password, sessionId, apiKey };
}
const makeId = () => '_' + Math.random().toString(36).substr(2, 9);
const otp = Math.floor(100000 + Math.random() * 900000); // expect: weak-randomness
app.post('/login', (req, res) => {
  const sid = uuidv1(); // expect: weak-randomness
  res.cookie('sid', sid, { secure: true });
  res.cookie('bucket', Math.random() < 0.5 ? 'a' : 'b', { secure: true });
  req.session.otp = Math.floor(Math.random() * 1e6); // expect: weak-randomness
  req.session.dice = Math.floor(Math.random() * 6);
  res.json({ color: '#' + Math.floor(Math.random() * 16777215).toString(16) });
});
function uuid() {
  return 'xxxxxxxx-xxxx-4xxx'.replace(/[xy]/g, (c) => {
    const r = (Math.random() * 16) | 0;
    return (c === 'x' ? r : (r & 3) | 8).toString(16);
  });
}
const accessToken = uuid(); // expect: weak-randomness
const elementKey = uuid();
function generatePassword(length) {
  const chars = 'abcdef';
  let password = '';
  for (let i = 0; i < length; i++) {
    password += chars.charAt(Math.floor(Math.random() * chars.length)); // expect: weak-randomness
  }
  return password;
}
function makeCode(length) {
  let result = '';
  const characters = 'ABC';
  while (result.length < length) result += characters[Math.floor(Math.random() * characters.length)];
  return result;
}
const resetCode = makeCode(8); // expect: weak-randomness
setTimeout(() => {}, Math.random() * 1000);
const shuffled = [1, 2, 3].sort(() => Math.random() - 0.5);
const tokens = ['a', 'b'];
const token = tokens[Math.floor(Math.random() * tokens.length)];
localStorage.setItem('csrfToken', Math.random().toString()); // expect: weak-randomness
localStorage.setItem('visited', Math.random().toString());
document.cookie = 'session=' + Math.random().toString(36) + '; Secure'; // expect: weak-randomness
document.cookie = 'seed=' + Math.random().toString(36) + '; Secure';
const key = Array.from({ length: 16 }, () => Math.floor(Math.random() * 256));
const iv = Buffer.from(key); // expect: weak-randomness
const sessions = new Map();
function open(user) {
  const id = Math.random().toString(16);
  sessions.set(id, user); // expect: weak-randomness
}
const sessionTable = {};
function open2(user) {
  const id = Math.random().toString(16);
  sessionTable[id] = user; // expect: weak-randomness
}
class Session {
  constructor() {
    this.id = Math.random().toString(36); // expect: weak-randomness
    this.retryDelay = Math.random();
  }
}
function createUser(u) {
  u.save({ verificationToken: Math.random().toString(36) }); // expect: weak-randomness
  u.save({ rating: Math.random() });
}
const bytes = new Uint8Array(16);
crypto.getRandomValues(bytes);
const secretKey = Buffer.from(bytes).toString('hex');
const nonce = `${Date.now()}${Math.random()}`; // expect: weak-randomness
const seed = Date.now();
jwt.sign({ a: 1 }, Math.random().toString()); // expect: weak-randomness
