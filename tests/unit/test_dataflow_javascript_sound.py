"""What JavaScript does that a check, or a value known to be ours, must not outlive."""

from __future__ import annotations

import pytest

from tests.fakes.dataflow import marked

_HEAD = "const express = require('express');\nconst cp = require('child_process');\nconst app = express();\n"


def shown(code: str) -> None:
    """Assert that exactly the marked lines are found in a program with an application and `cp`."""
    marked(_HEAD + code, "main.js")


@pytest.mark.parametrize(
    "made",
    [
        "{ a: 'x', ...req.query }",
        "Object.assign({ a: 'x' }, req.query)",
        "Object.assign({ a: 'x' }, req.query, { b: 'y' })",
        "{ a: req.query.v, ...(req.query.q ? { a: 'x' } : {}) }",
        "((o) => { o[req.query.k] = req.query.v; return o; })({ a: 'x' })",
        "((o) => { o.a ??= req.query.v; return o; })({})",
        "((o) => { o.a = o.a || req.query.v; return o; })({})",
        "((o) => { if (!o.a) o.a = []; o.a.push(req.query.v); return o; })({})",
        "((o) => { const list = o.a || (o.a = []); list.push(req.query.v); return o; })({})",
    ],
)
def test_a_field_may_be_what_was_put_over_it_or_where_nothing_was(made: str) -> None:
    shown(f"app.get('/', (req, res) => {{ const o = {made}; cp.exec('ls ' + o.a); }}); // expect: command-injection\n")


@pytest.mark.parametrize(
    "made",
    [
        "{ ...req.query, a: 'x' }",
        "Object.assign({}, req.query, { a: 'x' })",
        "{ a: req.query.v, ...(req.query.q ? { a: 'x' } : { a: 'y' }) }",
        "((o) => { if (['b'].includes(req.query.k)) o[req.query.k] = req.query.v; return o; })({ a: 'x' })",
    ],
)
def test_a_field_that_was_put_over_the_others_is_sure(made: str) -> None:
    shown(f"app.get('/', (req, res) => {{ const o = {made}; cp.exec('ls ' + o.a); }});\n")


@pytest.mark.parametrize(
    "promise",
    [
        "Promise.reject(new Error(req.query.v))",
        "Promise.resolve(1).then(() => { throw new Error(req.query.v); })",
        "new Promise((resolve, reject) => reject(new Error(req.query.v)))",
        "refuse(req.query.v)",
    ],
)
@pytest.mark.parametrize(
    "handled", [".catch((e) => cp.exec('ls ' + e.message))", ".then(() => 1, (e) => cp.exec('ls ' + e.message))"]
)
def test_who_catches_gets_what_a_promise_is_rejected_with(promise: str, handled: str) -> None:
    refuse = "async function refuse(v) { throw new Error(v); }\n"
    shown(f"{refuse}app.get('/', (req, res) => {{ {promise}{handled}; }}); // expect: command-injection\n")


def test_a_check_that_nobody_waits_for_or_that_is_swallowed_stops_nothing() -> None:
    shown(
        """
        async function check(v) { if (!/^[a-z]+$/.test(v)) throw new Error('bad'); }
        app.get('/a', (req, res) => { check(req.query.v); cp.exec('ls ' + req.query.v); }); // expect: command-injection
        app.get('/b', async (req, res) => { await check(req.query.v); cp.exec('ls ' + req.query.v); });
        app.get('/c', (req, res) => { check(req.query.v).then(() => cp.exec('ls ' + req.query.v)).catch(() => res.end()); });
        app.get('/d', async (req, res) => {
          await check(req.query.v).catch(() => {});
          cp.exec('ls ' + req.query.v); // expect: command-injection
        });
        app.get('/e', async (req, res) => {
          const v = await new Promise((resolve) => { resolve(req.query.v); resolve('x'); });
          cp.exec('ls ' + v); // expect: command-injection
        });
        app.get('/f', async (req, res) => {
          const v = await new Promise((resolve, reject) => {
            if (!/^[a-z]+$/.test(req.query.v)) return reject(new Error('bad'));
            resolve(req.query.v);
          });
          cp.exec('ls ' + v);
        });
        """
    )
