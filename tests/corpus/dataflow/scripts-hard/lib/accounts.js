'use strict';

const crypto = require('node:crypto');

class AccountStore {
  constructor(accounts = new Map()) {
    this.accounts = accounts;
  }

  verify(name, password) {
    const account = this.accounts.get(name);
    if (!account) {
      return null;
    }
    const candidate = crypto.scryptSync(password, account.salt, 32);
    return crypto.timingSafeEqual(candidate, account.key) ? account : null;
  }
}

module.exports = { AccountStore };
