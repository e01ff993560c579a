"""How JavaScript's programs are written: each way in a harmful and a harmless form, told apart by what follows the data."""

from __future__ import annotations

import pytest

from tests.fakes.dataflow import marked

PAGE = "const express = require('express');\nconst app = express();\n"


def test_data_that_is_false_has_no_text() -> None:
    marked(
        PAGE
        + """
const { exec } = require('child_process');
app.get('/', (req, res) => {
  exec(String(req.query.zone && 'dig example.org'));
  exec(req.query.zone && 'dig ' + req.query.zone); // expect: command-injection
  exec(req.query.zone || 'dig example.org'); // expect: command-injection
});
""",
        "main.js",
    )


def test_the_length_of_a_list_is_known() -> None:
    marked(
        PAGE
        + """
const READERS = { strict: (text) => JSON.parse(text), relaxed: (text) => eval(text) }; // expect: code-injection
const ORDER = ['strict', 'relaxed'];
app.get('/a', (req) => READERS[ORDER[ORDER.length - 2]](req.query.a));
app.get('/b', (req) => READERS[ORDER[ORDER.length - 1]](req.query.b));
""",
        "main.js",
    )
    marked(
        PAGE
        + """
const READERS = { strict: (text) => JSON.parse(text), relaxed: (text) => eval(text) };
const ORDER = ['strict', 'relaxed'];
app.get('/a', (req) => READERS[ORDER[ORDER.length - 2]](req.query.a));
app.get('/b', (req) => READERS['relaxed'.length === 7 ? 'strict' : 'relaxed'](req.query.b));
""",
        "main.js",
    )


def test_a_list_that_others_add_to_may_be_longer() -> None:
    marked(
        PAGE
        + """
const { exec } = require('child_process');
const jobs = [], names = [{ text: 'first' }];
app.post('/', (req) => { jobs.push(req.body.job); names.push({ text: req.body.name }); });
app.get('/', (req) => {
  if (jobs.length === 0) return;
  if (names.length === 1) return;
  exec(req.query.command); // expect: command-injection
});
""",
        "main.js",
    )


def test_the_arguments_of_a_program_are_no_options() -> None:
    marked(
        PAGE
        + """
const { spawn } = require('child_process');
function* words(body) { yield '-i'; yield String(body.name); }
app.post('/a', (req) => spawn('convert', [...words(req.body)], { shell: false }));
app.post('/b', (req) => spawn('convert', [...words(req.body)], { shell: true })); // expect: command-injection
app.post('/c', (req) => spawn('convert', [], { ...req.body })); // expect: command-injection
""",
        "main.js",
    )


@pytest.mark.parametrize(
    ("pattern", "found"),
    [
        (r"/^[\dx\s+\-*\/().]+$/", ""),
        (r"/^[\d\s+\-*\/().]+$/", ""),
        (r"/[\dx\s+\-*\/().]+$/", " // expect: code-injection"),
        (r"/^[\dxyz\s+\-*\/().]+$/", " // expect: code-injection"),
        (r"/^[\dx\s+!\[\]()]+$/", " // expect: code-injection"),
        (r"/^[\dx\s+\-'()]+$/", " // expect: code-injection"),
    ],
)
def test_a_formula_of_one_variable_names_nothing_else(pattern: str, found: str) -> None:
    marked(
        PAGE
        + f"""
app.get('/', (req) => {{
  if (!{pattern}.test(req.query.f)) throw new Error('formula');
  return new Function('x', `return (${{req.query.f}});`);{found}
}});
""",
        "main.js",
    )


def test_hooks_give_what_their_functions_make() -> None:
    marked(
        """
import React, { useMemo, useCallback, useReducer } from 'react';
import { useSearchParams } from 'react-router-dom';
import DOMPurify from 'dompurify';
import { marked } from 'marked';
function useText() {
  const [params] = useSearchParams();
  return params.get('text') ?? '';
}
export function Clean() {
  const text = useText();
  const html = useMemo(() => DOMPurify.sanitize(text && marked.parse(text)), [text]);
  return <p dangerouslySetInnerHTML={{ __html: html }} />;
}
export function Raw() {
  const text = useText();
  const { html } = React.useMemo(() => ({ html: marked.parse(text), size: text.length }), [text]);
  return <p dangerouslySetInnerHTML={{ __html: html }} />; // expect: cross-site-scripting
}
export function Made() {
  const text = useText();
  const clean = useCallback(() => DOMPurify.sanitize(text), [text]);
  const raw = useCallback(() => `<b>${text}</b>`, [text]);
  return <>
    <p dangerouslySetInnerHTML={{ __html: clean() }} />
    <p dangerouslySetInnerHTML={{ __html: raw() }} /> // expect: cross-site-scripting
  </>;
}
function reducer(state, action) {
  switch (action.type) {
    case 'set': return { ...state, html: action.html };
    default: return state;
  }
}
export function Reduced() {
  const text = useText();
  const [state, dispatch] = useReducer(reducer, { html: '' });
  React.useEffect(() => dispatch({ type: 'set', html: text }), [text]);
  return <p dangerouslySetInnerHTML={{ __html: state.html }} />; // expect: cross-site-scripting
}
""",
        "main.jsx",
    )


def test_a_parameter_that_is_declared_a_document() -> None:
    marked(
        """
function titles(catalogue: Document, topic: string) {
  return catalogue.evaluate(`//book[topic='${topic}']`, catalogue, null, 0, null); // expect: xpath-injection
}
export function show(catalogue: Document) {
  return titles(catalogue, new URLSearchParams(window.location.search).get('topic') ?? '');
}
export function safe(catalogue: XMLDocument) {
  return catalogue.evaluate(`//book[topic='new']`, catalogue, null, 0, null);
}
""",
        "main.ts",
    )


def test_parts_of_a_text_are_checked_one_by_one() -> None:
    marked(
        PAGE
        + r"""
const { exec } = require('child_process');
app.get('/a', (req) => {
  const [verb, zone] = req.query.line.split(' ');
  if (verb !== 'zone') return;
  exec(`dig ${verb}`);
  exec(`dig ${zone}`); // expect: command-injection
});
app.get('/b', (req) => {
  const [verb, ...rest] = req.query.line.trim().split(/\s+/);
  if (verb === 'zone') exec('dig ' + rest.join(' ')); // expect: command-injection
});
app.get('/c', (req) => {
  const parts = req.query.line.split(' ');
  if (!parts.every((part) => /^\w+$/.test(part))) return;
  const [verb, zone] = parts;
  exec(`dig ${verb} ${zone}`);
});
""",
        "main.js",
    )


def test_what_is_emitted_is_heard() -> None:
    marked(
        r"""
const net = require('net');
const readline = require('readline');
const { EventEmitter } = require('events');
const { exec } = require('child_process');
class Session extends EventEmitter {
  constructor(socket) {
    super();
    this.lines = readline.createInterface({ input: socket });
    this.lines.on('line', (line) => this.accept(line));
  }
  accept(line) {
    const [verb, ...rest] = line.split(/\s+/);
    if (verb === 'zone') this.emit('zone', rest.join(' '));
    else this.emit('verb', verb.replace(/\W/g, ''));
  }
}
function answer(socket, zone) {
  exec('dig ' + zone, (error, out) => socket.write(out)); // expect: command-injection
}
net.createServer((socket) => {
  const session = new Session(socket);
  session.on('zone', answer.bind(null, socket));
  session.on('verb', (verb) => exec('help ' + verb));
});
""",
        "main.js",
    )


@pytest.mark.parametrize(
    ("made", "found"),
    [
        ("`delete from t where a = '${line}'`", " // expect: sql-injection"),
        ("`delete from t where a = ${Number(line)}`", ""),
    ],
)
@pytest.mark.parametrize(
    "written",
    [
        """
class Lines extends Transform {
  constructor() { super({ objectMode: true }); this.rest = ''; }
  _transform(chunk, encoding, done) {
    const parts = (this.rest + chunk).split(';');
    this.rest = parts.pop();
    for (const part of parts) this.push(part);
    done();
  }
}
class Statements extends Transform {
  _transform(line, encoding, done) { done(null, MADE); }
}
http.createServer((req, res) => {
  const statements = new Statements();
  statements.on('data', (text) => {
    pool.query(text);EXPECT
  });
  pipeline(req, new Lines(), statements, (error) => res.end());
});
""",
        """
const lines = () => new Transform({ transform(line, encoding, done) { this.push(MADE); done(); } });
http.createServer(async (req, res) => {
  for await (const text of req.pipe(lines())) {
    await pool.query(text);EXPECT
  }
  res.end();
});
""",
        """
async function* statements(source) {
  for await (const line of source) yield MADE;
}
http.createServer(async (req, res) => {
  await pipeline(req, statements, new Writable({
    write(text, encoding, done) {
      pool.query(text, done);EXPECT
    },
  }), (error) => res.end());
});
""",
        """
async function* statements(source) {
  for await (const line of source) yield MADE;
}
http.createServer(async (req, res) => {
  Readable.from(statements(req)).on('data', (text) => {
    pool.query(text);EXPECT
  });
});
""",
        """
http.createServer((req, res) => {
  const lines = readline.createInterface({ input: req });
  lines.on('line', (line) => {
    pool.query(MADE);EXPECT
  });
});
""",
    ],
)
def test_what_goes_through_streams(written: str, made: str, found: str) -> None:
    marked(
        """
const { Transform, Readable, Writable, pipeline } = require('stream');
const http = require('http');
const readline = require('readline');
const mysql = require('mysql2');
const pool = mysql.createPool({});
"""
        + written.replace("MADE", made).replace("EXPECT", found),
        "main.js",
    )


def test_this_of_a_static_method_is_the_class() -> None:
    marked(
        PAGE
        + """
const { exec, spawn } = require('child_process');
class Tool {
  static #known = new Map();
  static of(name) { return new this(name); }
  static register(name, run) { this.#known.set(name, run); return this; }
  static run(name, given) { return this.#known.get(name)(given); }
  constructor(name) { this.name = name; this.words = []; this.options = { shell: false }; }
  arg(word) { this.words.push(word); return this; }
  with(options) { this.options = { ...this.options, ...options }; return this; }
  start() { return spawn(this.name, this.words, this.options); }
  startIn() { return spawn(this.name, this.words, this.options); } // expect: command-injection
  *[Symbol.iterator]() { yield* this.words; }
}
Tool.register('list', (folder) => exec('ls ' + folder)).register('none', (given) => given); // expect: command-injection
app.get('/a', (req) => Tool.run('list', req.query.a));
app.get('/b', (req) => Tool.of('git').arg(req.query.b).start());
app.get('/c', (req) => Tool.of('git').arg(req.query.c).with({ shell: true }).startIn());
app.get('/d', (req) => {
  for (const word of Tool.of('git').arg(req.query.d)) exec(word); // expect: command-injection
});
app.get('/e', (req) => exec([...Tool.of('git').arg('log')].join(' ')));
""",
        "main.js",
    )


def test_what_a_pattern_found_by_name() -> None:
    marked(
        PAGE
        + r"""
const { exec } = require('child_process');
app.get('/a', (req) => {
  const { groups: { id } } = req.query.a.match(/^(?<id>\d+)$/);
  exec(`show ${id}`);
});
app.get('/b', (req) => {
  const found = /^(?<verb>\w+) (?<rest>.*)$/.exec(req.query.b);
  if (found?.groups.verb !== 'show') return;
  exec(found.groups.rest); // expect: command-injection
});
app.get('/c', (req) => {
  const { page, ...rest } = req.query;
  const all = { ...req.query };
  if (all.verb !== 'show') return;
  exec(all.verb);
  exec(all.name); // expect: command-injection
});
""",
        "main.js",
    )


def test_functions_of_libraries_are_applied() -> None:
    marked(
        PAGE
        + """
const { exec, execFile } = require('child_process');
app.get('/a', (req) => { const run = exec.bind(null); run(req.query.a); }); // expect: command-injection
app.get('/b', (req) => { exec.call(null, req.query.b); }); // expect: command-injection
app.get('/c', (req) => { exec.apply(null, [req.query.c]); }); // expect: command-injection
app.get('/d', (req) => { Reflect.apply(exec, null, ['ls ' + req.query.d]); }); // expect: command-injection
app.get('/e', (req) => { const list = execFile.bind(null, 'ls'); list([req.query.e]); });
app.get('/f', (req) => { Reflect.apply((name) => exec('ls'), null, [req.query.f]); });
""",
        "main.js",
    )


def test_the_length_of_a_list_of_data_is_a_number() -> None:
    marked(
        PAGE
        + """
const { Pool } = require('pg');
const pool = new Pool();
class Criteria {
  clauses = [];
  values = [];
  equals(column, value) {
    if (value !== undefined) {
      this.values.push(value);
      this.clauses.push(`${column} = $${this.values.length}`);
    }
    return this;
  }
}
app.get('/', (req) => {
  const criteria = new Criteria().equals('city', req.query.city).equals('name', req.query.name);
  pool.query('SELECT * FROM venues WHERE ' + criteria.clauses.join(' AND '), criteria.values);
  pool.query('SELECT * FROM venues WHERE ' + criteria.values.join(' AND ')); // expect: sql-injection
});
""",
        "main.js",
    )
