"""Injection as JavaScript's applications have it: servers, databases, browsers, directories, XML."""

from __future__ import annotations

from tests.fakes.dataflow import marked


def test_express() -> None:
    marked(
        """
        const express = require('express');
        const mysql = require('mysql2');
        const { Pool } = require('pg');
        const escapeHtml = require('escape-html');
        const app = express();
        const pool = new Pool();
        const conn = mysql.createConnection({});
        app.get('/a', async (req, res) => {
          const r = await pool.query(`select * from t where a = '${req.query.a}'`); // expect: sql-injection
          res.json(r.rows);
        });
        app.get('/b', async (req, res) => {
          const r = await pool.query('select * from t where a = $1', [req.query.a]);
          res.json(r.rows);
        });
        app.get('/c', (req, res) => {
          conn.query('select * from t where a = ' + mysql.escape(req.query.a), (e, rows) => res.json(rows));
          conn.query('select * from t order by ' + mysql.escapeId(req.query.a), (e, rows) => res.json(rows));
          conn.query('select * from t where a = "' + req.query.a + '"', (e, rows) => res.json(rows)); // expect: sql-injection
        });
        app.get('/d', (req, res) => {
          const sort = ['a', 'b'].includes(req.query.s) ? req.query.s : 'a';
          conn.query(`select * from t order by ${sort}`, () => res.end());
        });
        app.get('/e', (req, res) => {
          let html = '<html>';
          html += '<p>' + req.query.n + '</p>';
          html += '</html>';
          res.send(html); // expect: cross-site-scripting
        });
        app.get('/f', (req, res) => {
          let html = '<html>';
          html += '<p>' + escapeHtml(req.query.n) + '</p>';
          res.send(html);
        });
        app.get('/g', (req, res) => {
          res.type('text/plain').send(req.query.n);
        });
        app.get('/h', (req, res) => {
          res.set('Content-Type', 'text/plain');
          res.send(req.query.n);
        });
        app.get('/i', (req, res) => {
          res.setHeader('Content-Type', 'text/html');
          res.write('<p>' + req.query.n); // expect: cross-site-scripting
          res.end();
        });
        app.get('/j', (req, res) => {
          res.json({ n: req.query.n });
        });
        app.get('/k', (req, res) => {
          res.send({ n: req.query.n });
        });
        app.get('/l', (req, res) => {
          res.status(404).send('Not found: ' + req.path); // expect: cross-site-scripting
        });
        function esc(s) {
          return String(s).replace(/&/g, '&amp;').replace(/</g, '&lt;').replace(/>/g, '&gt;')
            .replace(/"/g, '&quot;').replace(/'/g, '&#39;');
        }
        app.get('/m', (req, res) => {
          res.send(`<p title="${esc(req.query.n)}">${esc(req.query.n)}</p>`);
        });
        app.get('/n', (req, res) => {
          res.send(`<a href="${esc(req.query.n)}">x</a>`); // expect: cross-site-scripting
        });
        app.get('/o', (req, res) => {
          res.send(`<p>${req.query.n.replace('<', '&lt;')}</p>`); // expect: cross-site-scripting
        });
        app.get('/p', (req, res) => {
          res.render('x', { n: req.query.n });
        });
        app.get('/q', (req, res) => {
          res.send(`<p>${encodeURIComponent(req.query.n)}</p>`);
        });
        app.get('/r', (req, res) => {
          res.send(`<p>${parseInt(req.query.n, 10)}</p>`);
        });
        const map = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;', "'": '&#39;' };
        app.get('/s', (req, res) => {
          const t = req.query.n.replace(/[&<>"']/g, (c) => map[c]);
          res.send(`<p class='${t}'>${t}</p>`);
        });
        app.get('/t', (req, res) => {
          const rows = req.body.items.map((i) => `<li>${i.name}</li>`).join('');
          res.send(`<ul>${rows}</ul>`); // expect: cross-site-scripting
        });
        app.get('/u', (req, res) => {
          const rows = req.body.items.map((i) => `<li>${escapeHtml(i.name)}</li>`).join('');
          res.send(`<ul>${rows}</ul>`);
        });
        class Repo {
          constructor(db) { this.db = db; }
          async find(name) {
            const sql = "select * from u where name = '" + name + "'";
            return this.db.query(sql); // expect: sql-injection
          }
        }
        const repo = new Repo(pool);
        app.post('/v', async (req, res) => {
          res.json(await repo.find(req.body.name));
        });
        app.post('/w', async (req, res) => {
          const fields = Object.keys(req.body).map((k, i) => `${k} = $${i + 1}`).join(', ');
          await pool.query(`update u set ${fields}`, Object.values(req.body)); // expect: sql-injection
          res.end();
        });
        app.post('/x', async (req, res) => {
          const ok = ['a', 'b'];
          const keys = Object.keys(req.body).filter((k) => ok.includes(k));
          await pool.query(`update u set ${keys.map((k) => k + ' = ?').join(', ')}`, []);
          res.end();
        });
        app.post('/y', async (req, res) => {
          const ids = req.body.ids.map(Number);
          await pool.query(`select * from u where id in (${ids.join(',')})`);
          const ids2 = req.body.ids.map((_, i) => '$' + (i + 1)).join(',');
          await pool.query(`select * from u where id in (${ids2})`, req.body.ids);
          await pool.query({ text: `select * from u where id = ${req.body.id}` }); // expect: sql-injection
          await pool.query({ text: 'select * from u where id = $1', values: [req.body.id] });
          res.end();
        });
        """,
        "main.js",
    )


def test_query_builders_and_koa() -> None:
    marked(
        """
        const { Sequelize, DataTypes, QueryTypes, literal } = require('sequelize');
        const knex = require('knex')({ client: 'pg' });
        const Koa = require('koa'); const Router = require('@koa/router');
        const sequelize = new Sequelize('x');
        const router = new Router();
        const User = sequelize.define('u', {});
        router.get('/a', async (ctx) => {
          await sequelize.query(`select * from u where n = '${ctx.query.n}'`); // expect: sql-injection
          await sequelize.query('select * from u where n = ?', { replacements: [ctx.query.n] });
          await sequelize.query('select * from u where n = $n', { bind: { n: ctx.query.n }, type: QueryTypes.SELECT });
          await User.findAll({ where: { n: ctx.query.n } });
          await User.findAll({ where: sequelize.literal(`n = '${ctx.query.n}'`) }); // expect: sql-injection
          await knex('u').where('n', ctx.query.n);
          await knex('u').whereRaw(`n = '${ctx.query.n}'`); // expect: sql-injection
          await knex('u').whereRaw('n = ?', [ctx.query.n]);
          await knex.raw('select * from u where n = ' + ctx.query.n); // expect: sql-injection
          await knex('u').orderByRaw(ctx.query.s); // expect: sql-injection
          await knex('u').select(knex.raw('?? as x', [ctx.query.s]));
        });
        router.get('/b', async (ctx) => {
          ctx.body = '<p>' + ctx.query.n + '</p>'; // expect: cross-site-scripting
        });
        router.get('/c', async (ctx) => {
          ctx.type = 'text/plain';
          ctx.body = '<p>' + ctx.query.n + '</p>';
        });
        router.get('/d', async (ctx) => {
          ctx.body = { n: ctx.query.n };
        });
        """,
        "main.js",
    )


def test_the_browser() -> None:
    marked(
        """
        const h = new URLSearchParams(location.search);
        const n = h.get('n');
        document.getElementById('x').innerHTML = '<b>' + n + '</b>'; // expect: cross-site-scripting
        document.getElementById('x').textContent = n;
        document.write('<p>' + location.hash.slice(1)); // expect: cross-site-scripting
        const y = document.getElementById('y');
        y.insertAdjacentHTML('beforeend', decodeURIComponent(location.hash)); // expect: cross-site-scripting
        const a = document.createElement('a');
        a.href = n; // expect: cross-site-scripting
        a.setAttribute('title', n);
        document.querySelector('#z').outerHTML = `<p>${n}</p>`; // expect: cross-site-scripting
        const d = document.createElement('div');
        d.innerHTML = DOMPurify.sanitize(n);
        window.addEventListener('message', (e) => {
          document.body.innerHTML = e.data.html; // expect: cross-site-scripting
        });
        const t = document.createTextNode(n);
        d.append(n);
        d.append(t);
        $('#q').html(n); // expect: cross-site-scripting
        $('#q').text(n);
        $('#q').append('<li>' + n + '</li>'); // expect: cross-site-scripting
        fetch('/api?q=' + encodeURIComponent(n)).then((r) => r.json()).then((j) => { d.textContent = j.x; });
        """,
        "main.js",
    )


def test_xml_and_directories() -> None:
    marked(
        """
        const libxmljs = require('libxmljs');
        const xpath = require('xpath'); const { DOMParser } = require('@xmldom/xmldom');
        const ldap = require('ldapjs');
        const express = require('express'); const app = express();
        const client = ldap.createClient({ url: 'ldap://x' });
        app.post('/a', (req, res) => {
          const d = libxmljs.parseXml(req.body, { noent: true }); // expect: xml-external-entities
          const e = libxmljs.parseXml(req.body);
          const f = libxmljs.parseXml(req.body, { noent: false, nonet: true });
          res.json({ n: d.root().name() });
        });
        app.post('/b', (req, res) => {
          const doc = new DOMParser().parseFromString('<a/>');
          xpath.select("//u[@n='" + req.query.n + "']", doc); // expect: xpath-injection
          xpath.select1(`//u[@n="${req.query.n.replace(/"/g, '')}"]`, doc);
          xpath.parse('//u[@n=$n]').select({ node: doc, variables: { n: req.query.n } });
          xpath.evaluate('//u[' + Number(req.query.n) + ']', doc, null, 0, null);
          res.end();
        });
        app.post('/c', (req, res) => {
          client.search('dc=x', { filter: `(uid=${req.query.u})` }, () => {}); // expect: ldap-injection
          client.search('dc=x', { filter: new ldap.EqualityFilter({ attribute: 'uid', value: req.query.u }) }, () => {});
          client.search('uid=' + req.query.u + ',dc=x', {}, () => {}); // expect: ldap-injection
          const u = req.query.u.replace(/[\\\\*()\\0]/g, (c) => '\\\\' + c.charCodeAt(0).toString(16).padStart(2, '0'));
          client.search('dc=x', { filter: `(uid=${u})` }, () => {});
          if (!/^[a-z0-9]+$/.test(req.query.u)) return res.end();
          client.search('dc=x', { filter: `(uid=${req.query.u})` }, () => {});
          res.end();
        });
        """,
        "main.js",
    )


def test_bound_functions() -> None:
    marked(
        """
        const Hapi = require('@hapi/hapi');
        const page = (state) => `<script>window.__STATE__ = ${state};</script>`;
        const serializers = { plain: (value) => JSON.stringify(value), inline: (v) => 'x' };
        const server = Hapi.server({ port: 3000 });
        server.route({ method: 'GET', path: '/a', handler: (request, h) => {
          return h.response(page(JSON.stringify(request.query))).type('text/html'); // expect: cross-site-scripting
        } });
        server.route({ method: 'GET', path: '/b', handler: (request, h) => {
          const write = serializers['plain'].bind(null, request.query.a);
          return h.response(page(write())).type('text/html'); // expect: cross-site-scripting
        } });
        server.route({ method: 'GET', path: '/c', handler: (request, h) => {
          const [first] = [].concat(request.query.filter || '');
          return h.response(page(first)).type('text/html'); // expect: cross-site-scripting
        } });
        server.route({ method: 'GET', path: '/d', handler: (request, h) => {
          const state = { a: request.query.a, at: Date.now() };
          return h.response(page(JSON.stringify(state))).type('text/html'); // expect: cross-site-scripting
        } });
        server.route({ method: 'GET', path: '/e', handler: (request, h) => {
          const state = { a: request.query.a, at: Date.now() };
          const write = serializers['plain'].bind(null, state);
          return h.response(page(write())).type('text/html'); // expect: cross-site-scripting
        } });
        """,
        "main.js",
    )


def test_options_with_defaults() -> None:
    marked(
        """
        const http = require('node:http');
        const libxmljs = require('libxmljs');
        async function parseDocument(xml, { blanks = true, entities = true } = {}) {
          const options = { noblanks: !blanks, noent: entities };
          const document = await libxmljs.parseXmlAsync(xml, options); // expect: xml-external-entities
          return document;
        }
        async function parse2(xml, { blanks = true, entities = false } = {}) {
          const document = await libxmljs.parseXmlAsync(xml, { noblanks: !blanks, noent: entities });
          return document;
        }
        async function body(request) {
          const chunks = [];
          for await (const chunk of request) { chunks.push(chunk); }
          return Buffer.concat(chunks).toString('utf8');
        }
        http.createServer(async (request, response) => {
          const xml = await body(request);
          await parseDocument(xml, { blanks: false });
          await parse2(xml, { blanks: false });
        });
        """,
        "main.js",
    )


def test_identifiers() -> None:
    marked(
        """
        const fastify = require('fastify')();
        const ldap = require('ldapjs');
        const { validate } = require('uuid');
        const client = ldap.createClient({ url: ['x'] });
        fastify.get('/badges', async (request, reply) => {
          const badge = String(request.query.badge).trim();
          if (badge.length !== 36 || !validate(badge)) {
            return reply.code(400).send({ error: 'badge id expected' });
          }
          client.search('x', { filter: '(b=' + badge + ')' }, () => {});
        });
        """,
        "main.js",
    )


def test_escape_tables() -> None:
    marked(
        """
        const express = require('express'); const app = express();
        const E = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;', "'": '&#39;' };
        function encode(text) {
          return Array.from(String(text), (char) => E[char] ?? char).join('');
        }
        app.get('/a', (req, res) => { res.send(`<p>${encode(req.query.a)}</p>`); });
        function encode2(text) {
          return [...text].map((c) => E[c] || c).join('');
        }
        app.get('/b', (req, res) => { res.send(`<p>${encode2(req.query.a)}</p>`); });
        """,
        "main.js",
    )
