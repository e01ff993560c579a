'use strict';

const ldap = require('ldapjs');

class Directory {
  constructor(url) {
    this.client = ldap.createClient({ url });
  }

  search(base, filter, attributes) {
    return new Promise((resolve, reject) => {
      const entries = [];
      this.client.search(base, { scope: 'sub', filter, attributes }, (err, res) => {
        if (err) {
          reject(err);
          return;
        }
        res.on('searchEntry', (entry) => entries.push(entry.pojo));
        res.on('error', reject);
        res.on('end', () => resolve(entries));
      });
    });
  }
}

module.exports = { Directory };
