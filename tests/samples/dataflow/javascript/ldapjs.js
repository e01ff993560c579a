const ldap = require('ldapjs');
const ldapEscape = require('ldap-escape');
const client = ldap.createClient({ url: 'ldaps://directory' });

function searched(req, res) {
  client.search('dc=example', { filter: '(uid=' + req.query.uid + ')', scope: 'sub' }, () => {}); // expect: ldap-injection
}

function search_base(req, res) {
  client.search('uid=' + req.query.uid + ',dc=example', { scope: 'sub' }, () => {}); // expect: ldap-injection
}

function named_entry(req, res) {
  client.del('uid=' + req.query.uid + ',dc=example', () => {}); // expect: ldap-injection
}

function parsed_filter(req, res) {
  return ldap.parseFilter('(uid=' + req.query.uid + ')'); // expect: ldap-injection
}

function directory(req, res) {
  new (require('activedirectory2'))({}).findUsers({ filter: '(cn=' + req.query.cn + ')' }, () => {}); // expect: ldap-injection
}

function escaped_filter(req, res) {
  client.search('dc=example', { filter: ldapEscape.filter`(uid=${req.query.uid})` }, () => {});
}

function escaped_name(req, res) {
  client.del(ldapEscape.dn`uid=${req.query.uid},dc=example`, () => {});
}

function filter_object(req, res) {
  const filter = new ldap.EqualityFilter({ attribute: 'uid', value: req.query.uid });
  client.search('dc=example', { filter }, () => {});
}

function escaped_value(req, res) {
  const value = require('ldapts').Filter.escape(req.query.uid);
  client.search('dc=example', { filter: '(uid=' + value + ')' }, () => {});
}

function answered(req, res) {
  const { Client } = require('ldapts');
  const value = ldapEscape.filter`${req.query.uid}`;
  const { searchEntries } = new Client({}).search('dc=example', { filter: '(uid=' + value + ')', cookie: req.query.page });
  res.send('<p>' + searchEntries[0].cn + '</p>');
}
