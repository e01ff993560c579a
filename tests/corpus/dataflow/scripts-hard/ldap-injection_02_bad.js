'use strict';

const http = require('node:http');
const ldap = require('ldapjs');

const client = ldap.createClient({ url: 'ldaps://ldap.corp.example' });

const SPECIAL = /[,+"<>;#]/g;

function hex(ch) {
  return `\\${ch.charCodeAt(0).toString(16).padStart(2, '0')}`;
}

function encodeValue(text) {
  return text.replace(SPECIAL, hex);
}

function conjunction(pairs) {
  return pairs.reduceRight((rest, [name, value]) => `(&(${name}=${encodeValue(value)})${rest})`, '(objectClass=person)');
}

http.createServer((req, res) => {
  const query = new URL(req.url, 'http://localhost').searchParams;
  const pairs = [
    ['mail', query.get('mail') || ''],
    ['l', query.get('city') || ''],
  ].filter(([, value]) => value !== '');

  let hits = 0;
  client.search('ou=people,dc=corp,dc=example', { scope: 'one', filter: conjunction(pairs) }, (err, search) => {
    if (err) {
      res.writeHead(502).end();
      return;
    }
    search.on('searchEntry', () => {
      hits += 1;
    });
    search.on('error', () => res.writeHead(502).end());
    search.on('end', () => res.end(JSON.stringify({ hits })));
  });
}).listen(8090);
