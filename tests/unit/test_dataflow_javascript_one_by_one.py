"""What JavaScript's programs go through one by one: loops that count, maps, plugins, and look-ups that may find nothing."""

from __future__ import annotations

from tests.fakes.dataflow import marked


def test_a_loop_that_counts_to_a_number_near_is_run_to_its_end() -> None:
    marked(
        """
const express = require('express');
const { exec } = require('child_process');
const app = express();
function rotate(items, by) {
  const copy = items.slice();
  for (let i = 0; i < by; i += 1) {
    copy.push(copy.shift());
  }
  return copy;
}
app.get('/a', (req) => exec('ls ' + rotate(['a', req.query.a, 'b'], 4)[0])); // expect: command-injection
app.get('/b', (req) => exec('ls ' + rotate(['a', req.query.a, 'b'], 4)[1]));
function level(version) { let l = 1; while (l < version) { l += 1; } return l; }
app.get('/c', (req) => exec('ls ' + ['a', 'b', 'c', req.query.a, 'd'][level(3)])); // expect: command-injection
app.get('/d', (req) => exec('ls ' + ['a', 'b', 'c', req.query.a, 'd'][level(2)]));
app.get('/e', (req) => {
  let text = '';
  for (let i = 0; i < 3; i++) { if (i === 3) text += req.query.x; else text += 'y'; }
  exec(text);
});
""",
        "main.js",
    )


def test_maps_are_gone_through_pair_by_pair() -> None:
    marked(
        """
const express = require('express');
const { exec } = require('child_process');
const app = express();
const both = (req) => new Map([['a', 'ls'], ['b', req.query.b]]);
app.get('/a', (req) => { const m = both(req); m.delete('b'); exec([...m].map(([k, v]) => k + v).join(' ')); });
app.get('/b', (req) => { const m = both(req); exec([...m].map(([k, v]) => k + v).join(' ')); }); // expect: command-injection
app.get('/c', (req) => { const m = both(req); m.set('b', 'x'); exec([...m.values()].join(' ')); });
app.get('/d', (req) => { const m = both(req); for (const [k, v] of m) { if (k === 'a') exec(v); } });
app.get('/e', (req) => { for (const [k, v] of both(req).entries()) { if (k === 'b') exec(v); } }); // expect: command-injection
class SetCookie {
  constructor(name, value) {
    this.pair = `${name}=${value}`;
    this.attributes = new Map([['Path', '/']]);
  }
  with(attribute, value = '') { this.attributes.set(attribute, value); return this; }
  without(attribute) { this.attributes.delete(attribute); return this; }
  toString() {
    const rest = [...this.attributes].map(([name, value]) => (value === '' ? name : `${name}=${value}`));
    return [this.pair, ...rest].join('; ');
  }
}
app.get('/f', (req, res) => res.setHeader('Set-Cookie', new SetCookie('a', 'b').with('Secure').toString()));
const made = () => new SetCookie('a', 'b');
app.get('/g', (q, r) => r.setHeader('Set-Cookie', made().with('Secure').without('Secure'))); // expect: insecure-cookie
app.get('/h', (req, res) => res.setHeader('Set-Cookie', made().with('HttpOnly'))); // expect: insecure-cookie
""",
        "main.js",
    )


def test_what_was_found_is_not_the_nothing_of_a_look_up() -> None:
    marked(
        """
const express = require('express');
const app = express();
const members = new Map([['1001', { name: 'Noor', level: 'silver' }], ['1002', { name: 'Piet', level: 'gold' }]]);
const table = { a: { name: 'Noor', level: 'silver' }, b: { name: 'Piet' } };
app.get('/a', (req) => {
  const member = members.get(String(req.body.number));
  if (!member) return;
  const benefits = { level: req.body.level || member.level, ...member };
  req.session.level = benefits.level;
});
app.get('/b', (req) => {
  const member = table[String(req.body.number)];
  if (!member) return;
  const benefits = { level: req.body.level, ...member };
  req.session.level = benefits.level; // expect: trust-boundary
});
app.get('/c', (req) => {
  const member = members.get('1001');
  const benefits = { level: req.body.level, ...member };
  req.session.level = benefits.level;
});
app.get('/d', (req) => {
  const member = members.get(String(req.body.number));
  const benefits = { level: req.body.level, ...member };
  req.session.level = benefits.level; // expect: trust-boundary
});
app.get('/e', (req) => {
  const member = members.get(String(req.body.number));
  const benefits = { ...member, ...req.body };
  req.session.level = benefits.level; // expect: trust-boundary
});
""",
        "main.js",
    )


def test_plugins_of_hapi_get_the_server_and_their_options() -> None:
    marked(
        """
const crypto = require('node:crypto');
const Hapi = require('@hapi/hapi');
const plugin = {
  name: 'device-cookie',
  register(server, options) {
    const state = { ttl: 30 * 24 * 3600 * 1000, isHttpOnly: true, encoding: 'none', path: '/' };
    server.state('device', { ...state, isSecure: options.strict, isSameSite: 'Lax' }); // expect: insecure-cookie
  },
};
const other = {
  name: 'device-cookie',
  register: async (server, options) => {
    server.state('device', { isSecure: options.strict, isSameSite: 'Lax' });
    server.route({ method: 'GET', path: '/', handler: (request, h) => h.redirect(request.query.to) }); // expect: open-redirect
  },
};
async function start() {
  const server = Hapi.server({ port: 3000 });
  await server.register({ plugin, options: { strict: false, relaxed: false } });
  await server.register([{ plugin: other, options: { strict: true } }]);
}
start();
""",
        "main.js",
    )


def test_plugins_of_fastify_get_the_server_and_their_options() -> None:
    marked(
        """
const fastify = require('fastify');
async function plugin(instance, options) {
  instance.get('/', async (request, reply) => {
    reply.setCookie('a', 'v', { secure: options.secure }); // expect: insecure-cookie
    return {};
  });
}
async function other(instance, options) {
  instance.get('/', async (request, reply) => {
    reply.setCookie('a', 'v', { secure: options.secure });
    return {};
  });
}
const app = fastify();
app.register(plugin, { secure: false });
app.register(other, { secure: true });
""",
        "main.js",
    )


def test_rows_of_which_any_may_be_meant_keep_their_columns() -> None:
    marked(
        """
const express = require('express');
const { exec } = require('child_process');
const app = express();
app.get('/a', (req) => {
  for (const [name, value] of [['ls', req.query.a], ['df', req.query.b]].filter((pair) => pair[1] !== '')) {
    exec(name);
    exec(value); // expect: command-injection
  }
});
app.get('/b', (req) => {
  const [name, value] = req.query.z ? ['ls', req.query.a] : ['df', req.query.b];
  exec(name);
  exec(value); // expect: command-injection
});
""",
        "main.js",
    )


def test_what_a_hook_keeps_in_the_request_is_found_in_it() -> None:
    marked(
        """
const fastify = require('fastify')();
const { exec } = require('child_process');
fastify.addHook('preHandler', async (request, reply) => {
  const { shelf, bin } = request.params;
  if (!/^\\d+$/.test(shelf) || bin.length > 200) {
    return reply.code(400).send({ error: 'bad location' });
  }
  request.place = { shelf, bin };
});
fastify.get('/:shelf/:bin', async (request) => {
  const { shelf, bin } = request.place;
  exec('ls ' + shelf);
  exec('ls ' + bin); // expect: command-injection
});
""",
        "main.js",
    )


def test_an_unknown_text_s_replacement_comes_from_its_function() -> None:
    marked(
        """
const fs = require('fs');
const express = require('express');
const app = express();
app.get('/', (req) => {
  const [first] = fs.readdirSync('/srv');
  fs.readFileSync('/srv/' + first.name.replace(/en$/, () => req.query.language)); // expect: path-traversal
  fs.readFileSync('/srv/' + first.name.replace(/en$/, () => 'de'));
});
""",
        "main.js",
    )
