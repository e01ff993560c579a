"""Checks and replacements of one element at a time: what they show of the list or the text."""

from __future__ import annotations

import pytest

from tests.fakes.dataflow import marked

MARKS = """
const app = require('express')();
const MARKS = new Map([['&', '&amp;'], ['<', '&lt;'], ['>', '&gt;'], ['"', '&quot;']]);
const SOME = new Map([['&', '&amp;'], ['>', '&gt;']]);
"""


@pytest.mark.parametrize(
    "escaped",
    [
        "let out = ''; for (const mark of String(text)) out += MARKS.get(mark) ?? mark; return out;",
        "let out = ''; for (const mark of text) out += MARKS.get(mark) || mark; return out;",
        "let out = ''; for (const mark of String(text)) out += MARKS.has(mark) ? MARKS.get(mark) : mark; return out;",
        "return [...String(text)].map((mark) => MARKS.get(mark) ?? mark).join('');",
    ],
)
def test_marks_that_a_map_replaces_are_gone(escaped: str) -> None:
    marked(
        MARKS
        + f"""
function escaped(text) {{ {escaped} }}
function half(text) {{ {escaped.replace("MARKS", "SOME")} }}
app.get('/a', (req, res) => {{ res.send('<p>' + escaped(req.query.name)); }});
app.get('/b', (req, res) => {{ res.send('<p>' + half(req.query.name)); }}); // expect: cross-site-scripting
""",
        "main.js",
    )


@pytest.mark.parametrize(
    ("check", "enough"),
    [
        ("names.every((name) => !name.includes('..'))", True),
        ("!names.some((name) => name.includes('..'))", True),
        ("[names].flat().every((name) => !name.includes('..'))", True),
        ("names.some((name) => !name.includes('..'))", False),
        ("!names.includes('..')", False),
        ("names.every((name) => name.length < 80)", False),
    ],
)
def test_each_element_was_checked(check: str, enough: bool) -> None:
    expected = "" if enough else "// expect: path-traversal"
    marked(
        f"""
const app = require('express')();
const fs = require('fs');
const path = require('path');
app.post('/', (req, res) => {{
  const names = req.body.names;
  if (!({check})) return res.sendStatus(400);
  res.json(fs.readFileSync(path.join('/srv/files', ...names), 'utf8')); {expected}
}});
""",
        "main.js",
    )


@pytest.mark.parametrize(
    ("check", "enough"),
    [
        ("parts.some((part) => /^(__proto__|constructor|prototype)$/.test(part))", True),
        ("parts.some((part) => /^(?:__proto__|constructor|prototype)$/i.test(part))", True),
        ("parts.some((part) => /^__proto__$/.test(part))", False),
        ("/^(__proto__|constructor|prototype)$/.test(req.body.path)", False),
    ],
)
def test_a_key_is_none_of_the_names_that_a_pattern_lists(check: str, enough: bool) -> None:
    expected = "" if enough else "// expect: prototype-pollution"
    marked(
        f"""
const app = require('express')();
app.post('/', (req, res) => {{
  const parts = req.body.path.split('.');
  if ({check}) return res.sendStatus(400);
  const last = parts.pop();
  let node = {{}};
  for (const part of parts) {{
    if (typeof node[part] !== 'object') node[part] = {{}};
    node = node[part];
  }}
  node[last] = req.body.value; {expected}
}});
""",
        "main.js",
    )


def test_what_is_not_in_a_text_is_not_replaced() -> None:
    marked(
        """
const app = require('express')();
const pug = require('pug');
const PLAIN = ['html', '  title= title'];
const FILLED = ['html', '  title %TITLE%'];
const source = (rows, title) => rows.map((row) => row.replace('%TITLE%', () => title)).join('\\n');
app.get('/a', (req, res) => { res.send(pug.compile(source(PLAIN, req.query.title))({ title: req.query.title })); });
app.get('/b', (req, res) => { res.send(pug.compile(source(FILLED, req.query.title))({})); }); // expect: template-injection
""",
        "main.js",
    )
