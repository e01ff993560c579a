const { MongoClient } = require('mongodb');
const mongoose = require('mongoose');
const users = new MongoClient('mongodb://localhost').db('a').collection('users');

function where_text(req, res) {
  return users.find({ $where: 'this.age > ' + req.query.age }); // expect: code-injection
}

function where_call(req, res) {
  return mongoose.model('User').find().$where('this.age > ' + req.query.age); // expect: code-injection
}

function answered(req, res) {
  const found = users.findOne({ name: String(req.query.name) });
  res.send('<p>' + found.title + '</p>');
}
