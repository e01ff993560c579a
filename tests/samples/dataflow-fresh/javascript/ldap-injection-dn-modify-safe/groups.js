const { createServer } = require('http');
const ldapjs = require('ldapjs');

const client = ldapjs.createClient({ url: ['ldap://127.0.0.1:389'] });

function readJson(req) {
  return new Promise((resolve, reject) => {
    const chunks = [];
    req.on('data', (chunk) => chunks.push(chunk));
    req.on('end', () => {
      try {
        resolve(JSON.parse(Buffer.concat(chunks).toString()));
      } catch (e) {
        reject(e);
      }
    });
    req.on('error', reject);
  });
}

createServer(async (req, res) => {
  const { group } = await readJson(req);
  if (!/^[A-Za-z0-9-]{1,32}$/.test(group)) {
    res.writeHead(422).end();
    return;
  }
  client.search('ou=groups,dc=corp', { scope: 'one', filter: '(cn=' + group + ')' }, (error, result) => {
    if (error) {
      res.writeHead(502).end();
      return;
    }
    result.on('end', () => res.end('done'));
  });
}).listen(3000);
