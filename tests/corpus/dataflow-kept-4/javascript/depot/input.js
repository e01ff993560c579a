'use strict';

class Input {
  constructor(req) {
    this.bag = new Map();
    for (const part of [req.query, req.body, req.params]) {
      for (const [key, value] of Object.entries(part || {})) this.bag.set(key, value);
    }
  }

  text(name, fallback = '') {
    const value = this.bag.get(name);
    return typeof value === 'string' ? value.trim() : fallback;
  }

  integer(name, fallback = 0) {
    const value = Number.parseInt(this.bag.get(name), 10);
    return Number.isInteger(value) ? value : fallback;
  }

  choice(name, allowed) {
    const value = this.text(name);
    return allowed.find((entry) => entry === value) ?? allowed[0];
  }

  value(name) {
    return this.bag.get(name);
  }
}

module.exports = { Input, input: (req) => new Input(req) };
