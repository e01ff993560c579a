'use strict';

const express = require('express');
const { AndFilter, EqualityFilter } = require('ldapjs');
const { Directory } = require('./lib/directory');

class StaffLookup {
  constructor(directory, base) {
    this.directory = directory;
    this.base = base;
  }

  filterFor(criteria) {
    const filters = Object.entries(criteria).map(
      ([attribute, value]) => new EqualityFilter({ attribute, value }),
    );
    return new AndFilter({ filters });
  }

  async find(criteria) {
    const entries = await this.directory.search(this.base, this.filterFor(criteria), ['cn', 'telephoneNumber']);
    return entries.map((entry) => entry.attributes);
  }
}

class StaffController {
  constructor(lookup) {
    this.lookup = lookup;
    this.list = this.list.bind(this);
  }

  async list(req, res) {
    const criteria = { objectClass: 'inetOrgPerson', departmentNumber: String(req.query.department) };
    try {
      res.json(await this.lookup.find(criteria));
    } catch {
      res.status(502).json([]);
    }
  }
}

const directory = new Directory(process.env.LDAP_URL);
const controller = new StaffController(new StaffLookup(directory, 'ou=staff,dc=corp,dc=example'));
const app = express();
app.get('/staff', controller.list);
app.listen(3000);
