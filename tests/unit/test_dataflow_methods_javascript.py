"""JavaScript's own methods and functions: what hostile data survives, in snippets that end in a sink."""

from __future__ import annotations

import textwrap
from functools import cache

import pytest

from fusion.dataflow.knowledge.loading import load_all
from fusion.dataflow.knowledge.schema import Library
from fusion.dataflow.repository.project import Project
from fusion.dataflow.solver.analysis import analyse

_HEAD = """
const express = require("express");
const fs = require("fs");
const { exec } = require("child_process");
const app = express();
app.get("/", (req, res) => {
  const x = req.query.x;
  const y = req.query.y;
"""


@cache
def libraries() -> tuple[Library, ...]:
    return load_all("javascript")


def sinks(body: str) -> list[str]:
    """The lines of the body where something was found."""
    source = (_HEAD + textwrap.indent(textwrap.dedent(body).strip(), "  ") + "\n});\n").encode()
    project = Project(lambda path: source if path == "view.js" else None, ["view.js"])
    analysis = analyse(project, ["view.js"], libraries=libraries())
    assert not analysis.unread
    lines = source.decode().splitlines()
    return [lines[flow.sink.span.line - 1].strip() for flow in analysis.flows]


HOSTILE_TEXT = [
    "x.trim()",
    "x.toLowerCase()",
    "x.toString()",
    "String(x)",
    "x.replace('a', 'b')",
    "x.replace(/;/, '')",
    "x.replace(/[;]/g, '')",
    "x.replace(/[;&|]/g, c => '\\\\' + c)",
    "x.slice(1)",
    "x.substring(0, 9)",
    "x.split(',')[0]",
    "x.split(',').map(s => s.trim()).join(' ')",
    "x.concat('a')",
    "'ls '.concat(x)",
    "x.padStart(20)",
    "x.repeat(2)",
    "'ls NAME'.replace('NAME', x)",
    "'ls NAME'.replace(/NAME/g, x)",
    "'ls NAME'.replace('NAME', () => x)",
    "['ls', x].join(' ')",
    "`ls ${[x]}`",
    "x.match(/name=(.*)/)[1]",
    "/name=(.*)/.exec(x)[1]",
    "[...x.matchAll(/name=(.*)/g)][0][1]",
    "JSON.parse(x).command",
    "JSON.stringify({ a: x })",
    "String.raw`ls ${x}`",
    "Array.prototype.join.call(['ls', x], ' ')",
    "Object.values({ a: x })[0]",
    "structuredClone({ a: x }).a",
    "new Error(x).message",
    "[x].at(0)",
    "Array.from(x.split(','), s => 'ls ' + s)[0]",
    "Promise.resolve(x)",
    "[['a', x]].flat().join(' ')",
    "[x].flatMap(s => [s, 'a']).join(' ')",
    "[x, 'a'].reduce((a, b) => a + b)",
    "['a', x].find(s => s !== 'a')",
    "[x].concat(['a'])[0]",
    "Object.fromEntries([['a', x]]).a",
    "Object.create({ a: x }).a",
    "Object.freeze({ a: x }).a",
]
CLEAN_TEXT = [
    "'ls ' + Number(x)",
    "'ls ' + parseInt(x, 10)",
    "'ls ' + x.charCodeAt(0)",
    "'ls ' + x.startsWith('a')",
    "'ls ' + x.indexOf('a')",
    "'ls ' + x.localeCompare('a')",
    "'ls ' + /a/.test(x)",
    "'ls ' + x.replace(/[^a-z]/g, '')",
    "'ls ' + x.replace(/[^\\w]/g, c => '_')",
    "'ls ' + x.match(/id=(\\d+)/)[1]",
    "'ls ' + Array.isArray(x)",
    "'ls ' + Boolean(x)",
    "['ls', 'a'].join(' ')",
    "Object.values({ a: 'ls' })[0]",
    "Object.keys({ a: x })[0]",
    "'ls ' + ['a', 'b'].filter(s => s === x).length",
    "'ls ' + [x].findIndex(s => s === 'a')",
    "['ls', 'df'].find(s => s === x)",
    "['ls', 'df'].map(s => s + ' -a')[0]",
    "Buffer.from(x).toString('hex')",
    "new Map([['a', 'ls']]).get(x)",
]


@pytest.mark.parametrize("expression", HOSTILE_TEXT)
def test_text_made_of_hostile_text_is_hostile(expression: str) -> None:
    assert sinks(f"exec({expression});"), expression


@pytest.mark.parametrize("expression", CLEAN_TEXT)
def test_what_holds_no_text_of_the_data_is_clean(expression: str) -> None:
    assert not sinks(f"exec({expression});"), expression


@pytest.mark.parametrize(
    "condition",
    [
        "/^[a-z]+$/.test(x)",
        "new RegExp('^[a-z]+$').test(x)",
        "x.match(/^[a-z]+$/)",
        "/^[a-z]+$/.exec(x)",
        "x.search(/^[a-z]+$/) !== -1",
        "['a', 'b'].includes(x)",
        "['a', 'b'].indexOf(x) !== -1",
        "['a', 'b'].indexOf(x) > -1",
        "['a', 'b'].indexOf(x) >= 0",
        "new Set(['a', 'b']).has(x)",
        "new Map([['a', 1]]).has(x)",
        "({ a: 1 }).hasOwnProperty(x)",
        "Object.prototype.hasOwnProperty.call({ a: 1 }, x)",
        "Object.hasOwn({ a: 1 }, x)",
        "Object.keys({ a: 1 }).includes(x)",
        "['a', 'b'].some(s => s === x)",
    ],
)
def test_a_check_clears_one_branch_only(condition: str) -> None:
    assert not sinks(f"if ({condition}) {{\n  exec('ls ' + x);\n}}")
    assert sinks(f"if ({condition}) {{\n}} else {{\n  exec('ls ' + x);\n}}")
    assert sinks(f"if ({condition}) {{\n  exec('ls ' + y);\n}}")


@pytest.mark.parametrize(
    ("removed", "hit"),
    [
        ("x.replace(/[\\/\\\\.]/g, '')", False),
        ("x.replace(/\\.\\.\\//g, '')", True),
        ("x.replace(/\\//, '')", True),
        ("x.replaceAll('/', '').replaceAll('\\\\', '').replaceAll('.', '')", False),
        ("x.replace('/', '').replace('\\\\', '').replace('.', '')", True),
        ("x.split('/').join('').split('\\\\').join('').split('.').join('')", False),
        ("x.split('/').pop().split('\\\\').pop()", False),
    ],
)
def test_paths_are_harmless_without_separators(removed: str, hit: bool) -> None:
    assert bool(sinks(f"fs.readFileSync('/srv/files/' + {removed});")) == hit


ESCAPES = [
    "x.replace(/[&<>\"']/g, c => ({ '&': '&amp;', '<': '&lt;', '>': '&gt;', '\"': '&quot;', \"'\": '&#39;' })[c])",
    "x.replace(/[&<>\"']/g, c => '&#' + c.charCodeAt(0) + ';')",
    "x.replace(/&/g, '&amp;').replace(/</g, '&lt;').replace(/>/g, '&gt;').replace(/\"/g, '&quot;')",
    "x.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;')",
]


@pytest.mark.parametrize("escape", ESCAPES)
def test_escapes_by_replacement_fit_a_page_and_no_shell(escape: str) -> None:
    assert not sinks(f"res.send('<p>' + {escape} + '</p>');")
    assert sinks("res.send('<p>' + x.replace('<', '&lt;') + '</p>');")
    assert sinks(f"exec('ls ' + {escape});")


LISTS = [
    ("const l = ['a']; l.push(x)", "l[1]", "l[0]"),
    ("const l = ['a']; l.unshift(x)", "l[0]", "l[1]"),
    ("const l = ['a', x, 'b']; const t = l.splice(1, 1)", "t[0]", "l.join(' ')"),
    ("const l = [x, 'a']; const t = l.shift()", "t", "l[0]"),
    ("const l = ['a', x]; const t = l.pop()", "t", "l.join(' ')"),
    ("const l = [x, 'a'].reverse()", "l[1]", "l[0]"),
    ("const l = [x, 'a', 'b']; const s = l.slice(1)", "l[0]", "s.join(' ')"),
    ("const l = [x, 'a']; const m = l.map(s => s + ' b')", "m[0]", "m[1]"),
    ("const l = [x, 'a']; const f = l.filter(s => s === 'a')", "l[0]", "f[0]"),
    ("const l = [x]; l.fill('a'); const m = ['a'].fill(y)", "m[0]", "l[0]"),
    ("const m = new Map([['a', x], ['b', 'c']])", "m.get('a')", "m.get('b')"),
    ("const m = new Map(); m.set('a', x).set('b', 'c')", "m.get('a')", "m.get('b')"),
    ("const m = new Map([['a', x]]); m.set('a', 'b'); m.set('c', y)", "m.get('c')", "m.get('a')"),
    ("const m = new Map([['a', x]]); const n = new Map(m); m.delete('a')", "n.get('a')", "[...m.values()].join(' ')"),
    ("let v = ''; let w = ''; new Map([['a', x]]).forEach((value, key) => { v = value; w = key; })", "v", "w"),
    ("const s = new Set(['a']); const t = new Set(s); t.add(x)", "[...t].join(' ')", "[...s].join(' ')"),
    ("const o = Object.assign({}, { a: x, b: 'c' })", "o.a", "o.b"),
    ("const o = { a: x }; Object.assign(o, { a: 'b' }, { c: y })", "o.c", "o.a"),
    ("const [[k, v], [l, w]] = Object.entries({ a: x, b: 'c' })", "v", "w"),
    ("let v = ''; let w = ''; [x].forEach(s => { v += s; }); ['a'].forEach(s => { w += s; })", "v", "w"),
    ("const l = [...['a', x].entries()]", "l[1][1]", "l[0][1]"),
    ("const o = Object.defineProperty({ b: 'c' }, 'a', { value: x })", "o.a", "o.b"),
]


@pytest.mark.parametrize(("code", "hostile", "clean"), LISTS)
def test_containers_keep_elements_apart(code: str, hostile: str, clean: str) -> None:
    assert sinks(f"{code};\nexec({hostile});"), hostile
    assert not sinks(f"{code};\nexec({clean});"), clean


def test_promises_pass_on_what_they_resolve_to() -> None:
    assert sinks("new Promise((resolve) => resolve(x)).then(v => exec(v));")
    assert not sinks("new Promise((resolve) => resolve('ls')).then(v => exec(v));")
    assert sinks("Promise.all([x, 'a']).then(([v, w]) => exec(v));")
    assert not sinks("Promise.all([x, 'a']).then(([v, w]) => exec(w));")


def test_every_and_some_show_the_same_of_each_text() -> None:
    assert not sinks("if ([x].every(s => /^[a-z]+$/.test(s))) exec('ls ' + x);")
    assert not sinks(
        "if (![';', '&', '|', '$', '`', '\\n', '(', ')', '<', '>'].some(c => x.includes(c))) fs.readFileSync('a');"
    )
    assert sinks("if ([x, y].some(s => /^[a-z]+$/.test(s))) exec('ls ' + x);")


def test_constants_are_folded() -> None:
    assert not sinks("if ('abc'.slice(1) === 'b') exec(x);")
    assert not sinks("if (['a', 'b'].includes('c')) exec(x);")
    assert not sinks("if ('aXbX'.replace('X', '') === 'ab') exec(x);")
    assert sinks("if ('ab'.padStart(3, '0') === '0ab') exec(x);")
    assert not sinks("if ('a,b'.split(',')[1] === 'a') exec(x);")


def test_strange_calls_do_no_harm() -> None:
    body = """
        [].pop(); [].at(3); [x].splice(); [].map(); [].reduce();
        x.replace(); x.split(); x.match(); x.matchAll(/(/);
        x.replace(/(/g, ''); x.replace(new RegExp(y), 'a');
        new Map(3); new Set(); new Promise(); Object.assign(); Object.entries();
        'a'.repeat(1e9); 'a'.padEnd(1e9); Array(5).fill(x); Array.from();
        new RegExp(); /a/.test(); JSON.parse(); String.raw(); Object.defineProperty({});
        Array.prototype.slice.call(); String.fromCharCode(-1);
        const l = []; l.push(l); l.flat(); l.join();
        const o = {}; o.o = o; structuredClone(o); Object.assign(o, o);
    """
    assert sinks(body) == []
