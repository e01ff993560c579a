import http from 'node:http';
import { Client } from 'ldapts';
import { escapeHtml, escapeLdap, singleLine } from './harbor/text.mjs';
import { queryOf, reply } from './harbor/request.mjs';

const BASE = 'ou=berths,dc=harbor,dc=example';

const PREPARE = {
  skipper: (value) => escapeHtml(singleLine(value)),
  berth: (value) => String(Number.parseInt(value, 10) || 0),
};

const ATTRIBUTE = { skipper: 'cn', berth: 'berthNumber' };

function filterFrom(params) {
  const terms = ['(objectClass=harborGuest)'];
  for (const [name, prepare] of Object.entries(PREPARE)) {
    const value = params.get(name);
    if (value) terms.push(`(${ATTRIBUTE[name]}=${prepare(value)})`);
  }
  return `(&${terms.join('')})`;
}

async function lookup(filter) {
  const client = new Client({ url: process.env.LDAP_URL, timeout: 3000 });
  try {
    await client.bind(process.env.LDAP_DN, process.env.LDAP_SECRET);
    const { searchEntries } = await client.search(BASE, {
      scope: 'one',
      filter,
      attributes: ['cn', 'berthNumber', 'arrival'],
    });
    return searchEntries;
  } finally {
    await client.unbind();
  }
}

const server = http.createServer(async (req, res) => {
  try {
    const guests = await lookup(filterFrom(queryOf(req)));
    reply(res, 200, { guests });
  } catch {
    reply(res, 502, { error: 'directory not reachable' });
  }
});

server.listen(8081);
