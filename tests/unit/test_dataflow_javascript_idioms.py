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
