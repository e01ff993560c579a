'use strict';

const express = require('express');
const { AccountStore } = require('./lib/accounts');

class ReturnPath {
  constructor(fallback) {
    this.fallback = fallback;
  }

  resolve(candidate) {
    const value = String(candidate || '');
    if (!value.startsWith('/') || value.includes('://')) {
      return this.fallback;
    }
    return value;
  }
}

class SignInController {
  constructor(accounts, returnPath) {
    this.accounts = accounts;
    this.returnPath = returnPath;
  }

  submit(req, res) {
    const { name, password, next } = req.body;
    const account = this.accounts.verify(String(name), String(password));
    if (!account) {
      res.status(401).json({ signedIn: false });
      return;
    }
    res.redirect(303, this.returnPath.resolve(next));
  }

  routes() {
    const router = express.Router();
    router.post('/sign-in', express.urlencoded({ extended: false }), this.submit.bind(this));
    return router;
  }
}

const app = express();
app.use(new SignInController(new AccountStore(), new ReturnPath('/home')).routes());
app.listen(3000);
