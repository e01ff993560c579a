const http = require('http');
const ldap = require('ldapjs');

const client = ldap.createClient({ url: 'ldaps://ldap.example.com' });

class Query {
  constructor(kind) {
    this.terms = [['objectClass', kind]];
  }

  and(name, value) {
    this.terms.push([name, value]);
    return this;
  }

  build() {
    const terms = this.terms.map(([attribute, value]) => new ldap.EqualityFilter({ attribute, value }));
    return new ldap.AndFilter({ filters: terms });
  }
}

function exists(filter, callback) {
  const options = { scope: 'sub', filter, attributes: ['dn'], sizeLimit: 1 };
  client.search('ou=devices,dc=example,dc=com', options, (err, result) => {
    if (err) {
      callback(err);
      return;
    }
    let seen = false;
    result.on('searchEntry', () => { seen = true; });
    result.on('error', callback);
    result.on('end', () => callback(null, seen));
  });
}

http
  .createServer((req, res) => {
    const serial = String(req.headers['x-device-serial'] || '');
    const secret = String(req.headers['x-device-secret'] || '');
    const filter = new Query('device').and('serialNumber', serial).and('deviceSecret', secret).build();
    exists(filter, (err, seen) => {
      res.statusCode = err ? 500 : seen ? 204 : 403;
      res.end();
    });
  })
  .listen(8600);
