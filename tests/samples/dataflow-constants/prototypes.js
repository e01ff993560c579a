const express = require('express');
const _ = require('lodash');
const app = express();
function merge1(target, source) {
  for (const key in source) {
    if (typeof source[key] === 'object') {
      if (!target[key]) target[key] = {}; // expect: prototype-pollution
      merge1(target[key], source[key]);
    } else {
      target[key] = source[key]; // expect: prototype-pollution
    }
  }
  return target;
}
app.post('/1', (req, res) => { merge1({}, req.body); });
function merge2(target, source) {
  for (const key in source) {
    if (key === '__proto__' || key === 'constructor' || key === 'prototype') continue;
    if (typeof source[key] === 'object') {
      if (!target[key]) target[key] = {};
      merge2(target[key], source[key]);
    } else {
      target[key] = source[key];
    }
  }
}
app.post('/2', (req, res) => { merge2({}, req.body); });
function merge3(target, source) {
  Object.keys(source).forEach((key) => {
    if (['__proto__', 'constructor', 'prototype'].includes(key)) return;
    if (source[key] && typeof source[key] === 'object') {
      target[key] = target[key] || {};
      merge3(target[key], source[key]);
    } else target[key] = source[key];
  });
}
app.post('/3', (req, res) => { merge3({}, req.body); });
function merge4(target, source) {
  Object.keys(source).forEach((key) => {
    if (source[key] && typeof source[key] === 'object') {
      target[key] = target[key] || {}; // expect: prototype-pollution
      merge4(target[key], source[key]);
    } else target[key] = source[key]; // expect: prototype-pollution
  });
}
app.post('/4', (req, res) => { merge4({}, JSON.parse(req.body.x)); });
function merge5(target, source) {
  for (const [key, value] of Object.entries(source)) {
    if (isUnsafe(key)) continue;
    if (value && typeof value === 'object') {
      target[key] = merge5(target[key] || {}, value);
    } else target[key] = value;
  }
  return target;
}
function isUnsafe(key) {
  return key === '__proto__' || key === 'constructor' || key === 'prototype';
}
app.post('/5', (req, res) => { merge5({}, req.body); });
function set1(obj, path, value) {
  const keys = path.split('.');
  let cur = obj;
  for (let i = 0; i < keys.length - 1; i++) {
    if (!cur[keys[i]]) cur[keys[i]] = {}; // expect: prototype-pollution
    cur = cur[keys[i]];
  }
  cur[keys[keys.length - 1]] = value; // expect: prototype-pollution
}
app.post('/6', (req, res) => { set1({}, req.body.path, req.body.value); });
function set2(obj, path, value) {
  const keys = path.split('.');
  if (keys.some((k) => k === '__proto__' || k === 'constructor' || k === 'prototype')) throw new Error('x');
  let cur = obj;
  for (let i = 0; i < keys.length - 1; i++) {
    if (!cur[keys[i]]) cur[keys[i]] = {};
    cur = cur[keys[i]];
  }
  cur[keys[keys.length - 1]] = value;
}
app.post('/7', (req, res) => { set2({}, req.body.path, req.body.value); });
const users = {};
app.post('/8', (req, res) => {
  users[req.body.name] = users[req.body.name] || {};
  users[req.body.name][req.body.key] = req.body.value; // expect: prototype-pollution
});
const users2 = new Map();
app.post('/9', (req, res) => {
  const u = users2.get(req.body.name) || new Map();
  u.set(req.body.key, req.body.value);
  users2.set(req.body.name, u);
});
const users3 = Object.create(null);
app.post('/10', (req, res) => {
  users3[req.body.name] = users3[req.body.name] || Object.create(null);
  users3[req.body.name][req.body.key] = req.body.value;
});
app.post('/11', (req, res) => {
  const settings = {};
  settings[req.body.key] = req.body.value;
  res.json(settings);
});
app.post('/12', (req, res) => {
  if (!Object.prototype.hasOwnProperty.call(users, req.body.name)) return res.end();
  users[req.body.name][req.body.key] = 1;
});
app.post('/13', (req, res) => {
  const { section, key } = req.body;
  if (!['a', 'b'].includes(section)) return res.end();
  users[section][key] = 1;
});
app.post('/14', (req, res) => {
  _.merge({}, req.body); // expect: prototype-pollution
  _.set({}, req.body.path, 1); // expect: prototype-pollution
  Object.assign({}, req.body);
  const copy = { ...req.body };
  _.set({}, 'a.b', req.body.x);
});
app.post('/15', (req, res) => {
  const data = JSON.parse(req.body.x, (k, v) => (k === '__proto__' ? undefined : v));
  res.json(data);
});
class Store {
  constructor() { this.data = {}; }
  put(ns, key, value) {
    if (!(ns in this.data)) this.data[ns] = {};
    this.data[ns][key] = value; // expect: prototype-pollution
  }
  put2(ns, key, value) {
    if (!this.data.hasOwnProperty(ns)) this.data[ns] = {};
    this.data[ns][key] = value;
  }
}
const store = new Store();
app.post('/16', (req, res) => { store.put(req.params.ns, req.params.key, 1); store.put2(req.params.ns, req.params.key, 1); });
app.post('/17', (req, res) => {
  const id = parseInt(req.body.id, 10);
  users[id][req.body.key] = 1;
});
app.post('/18', (req, res) => {
  if (/__proto__|constructor|prototype/.test(req.body.path)) return res.end();
  set3({}, req.body.path, 1);
});
function set3(obj, path, value) {
  const keys = path.split('.');
  const last = keys.pop();
  const target = keys.reduce((o, k) => (o[k] = o[k] || {}), obj);
  target[last] = value;
}
app.post('/19', (req, res) => { set4({}, req.body.path, 1); });
function set4(obj, path, value) {
  const keys = path.split('.');
  const last = keys.pop();
  const target = keys.reduce((o, k) => (o[k] = o[k] || {}), obj); // expect: prototype-pollution
  target[last] = value; // expect: prototype-pollution
}
app.post('/20', (req, res) => {
  const todos = req.session.todos[req.params.id];
  todos[req.query.name] = req.query.text; // expect: prototype-pollution
});
