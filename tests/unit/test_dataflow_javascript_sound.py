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


@pytest.mark.parametrize(
    "made",
    [
        "function A(v) { this.v = v; } A.prototype.go = GO;",
        "function A(v) { this.v = v; } A.prototype = { go: GO };",
        "function A(v) { if (!(this instanceof A)) return new A(v); this.v = v; } Object.assign(A.prototype, { go: GO });",
        "function B() {} B.prototype.go = GO; function A(v) { B.call(this); this.v = v; } require('util').inherits(A, B);",
        "function B() {} B.prototype.go = GO; function A(v) { this.v = v; } A.prototype = Object.create(B.prototype);",
        "class A { constructor(v) { this.v = v; } } A.prototype.go = GO;",
        "function A(v) { return { v, go: GO }; }",
        "const B = { go: GO }; function A(v) { const o = Object.create(B); o.v = v; return o; }",
        "const B = { go: GO }; function A(v) { return Object.setPrototypeOf({ v }, B); }",
        "function A(v) { return { w: 'x', set v(x) { this.w = x; }, get v() { return this.w; }, go: GO, ...{ v } }; }",
    ],
)
@pytest.mark.parametrize("hostile", [True, False])
def test_a_function_makes_objects_whose_methods_are_its_prototypes(made: str, hostile: bool) -> None:
    given, mark = ("req.query.v", " // expect: command-injection") if hostile else ("'x'", "")
    go = made.replace("GO", f"function () {{\n  cp.exec('ls ' + this.v);{mark}\n}}")
    shown(f"{go}\napp.get('/', (req, res) => {{ new A({given}).go(); }});\n")


def test_accessors_of_objects_are_run() -> None:
    shown(
        """
        app.get('/', (req, res) => {
          const read = { get v() { return req.query.v; } };
          cp.exec('ls ' + read.v); // expect: command-injection
          const kept = { w: 'x', set v(x) { this.w = x; } };
          cp.exec('ls ' + kept.w);
          kept.v = req.query.v;
          cp.exec('ls ' + kept.w); // expect: command-injection
          const made = Object.defineProperty({}, 'v', { get() { return req.query.v; } });
          cp.exec('ls ' + made.v); // expect: command-injection
        });
        """
    )


def test_members_of_functions_and_classes_are_found() -> None:
    shown(
        """
        function Runner() {}
        Runner.go = (v) => cp.exec('ls ' + v); // expect: command-injection
        class Late { static go; static { Late.go = (v) => cp.exec('ls ' + v); } } // expect: command-injection
        class Own { static go; static { this.go = (v) => cp.exec('ls ' + v); } } // expect: command-injection
        app.get('/', (req, res) => { Runner.go(req.query.v); Late.go(req.query.v); Own.go(req.query.v); });
        """
    )


@pytest.mark.parametrize(
    "exported",
    [
        "module.exports = run; function run() {} module.exports.go = GO;",
        "exports = module.exports = run; function run() {} exports.go = GO;",
        "class A { static go(v) { return GO(v); } } module.exports = A;",
        "class A { go(v) { return GO(v); } } module.exports = new A();",
    ],
)
@pytest.mark.parametrize(
    "used", ["const { go } = require('./helper');", "const all = require('./helper'); const go = (v) => all.go(v);"]
)
def test_members_of_what_a_module_exports_are_found(exported: str, used: str) -> None:
    helper = exported.replace("GO", "((v) => 'ls ' + v)")
    head = _HEAD + used + "\n"
    marked(
        head + "app.get('/', (req, res) => { cp.exec(go(req.query.v)); cp.exec(go('x')); }); // expect: command-injection\n",
        "main.js",
        helper_js=helper,
    )


@pytest.mark.parametrize("late", [True, False])
@pytest.mark.parametrize(
    ("made", "stored", "read"),
    [
        ("let last = 'x';", "last = V", "last"),
        ("const state = { last: 'x' };", "state.last = V", "state.last"),
        ("const state = { last: 'x' };", "Object.assign(state, { last: V })", "state.last"),
        ("const all = [];", "all.push({ name: V })", "all.find((one) => one.id === 1).name"),
        ("const all = new Map();", "all.set(req.query.k, V)", "all.get('k')"),
        ("class Kept { v = 'x'; put(v) { this.v = v; } } const kept = new Kept();", "kept.put(V)", "kept.v"),
    ],
)
def test_a_module_keeps_what_one_request_puts_there_for_the_next(made: str, stored: str, read: str, *, late: bool) -> None:
    stored = stored.replace("V", "req.query.v")
    put = f"app.get('/put', (req, res) => {{ {stored}; }});"
    checked = f"app.get('/put', (req, res) => {{ if (!/^[a-z]+$/.test(req.query.v)) return; {stored}; }});"
    get = f"app.get('/get', (req, res) => {{\n  cp.exec('ls ' + {read}); // expect: command-injection\n}});"
    shown("\n".join([made, get, put] if late else [made, put, get]))
    safe = get.partition(" // expect: command-injection")
    shown("\n".join([made, checked, safe[0] + safe[2]]))


def test_what_a_module_keeps_is_not_what_the_next_request_checks() -> None:
    shown(
        """
        const state = { last: 'x', first: 'y' };
        const known = ['a', 'b'];
        app.get('/put', (req, res) => { state.last = req.query.v; known.push(req.query.v); });
        app.get('/get', (req, res) => {
          if (!/^[a-z]+$/.test(req.query.v)) return;
          cp.exec('ls ' + state.first);
          cp.exec('ls ' + state.last); // expect: command-injection
        });
        app.get('/listed', (req, res) => {
          if (known.includes(req.query.w)) cp.exec('ls ' + req.query.w); // expect: command-injection
        });
        """
    )


def test_a_handler_of_two_routes_is_reached_by_either() -> None:
    shown(
        """
        const check = (req, res, next) => { if (!/^[a-z]+$/.test(req.query.v)) return res.status(400).end(); next(); };
        const once = (req, res) => { cp.exec('ls ' + req.query.v); }; // expect: command-injection
        app.get('/a', check, once);
        app.get('/b', once);
        const twice = (req, res) => { cp.exec('ls ' + req.query.v); };
        app.get('/c', check, twice);
        app.get('/d', [check], twice);
        """
    )


@pytest.mark.parametrize(
    "code",
    [
        "const f = req.query.q ? () => { o.v = 'x'; } : () => {}; f();",
        "const f = req.query.q ? { run() { o.v = 'x'; } } : { run() {} }; f.run();",
        "const all = { a: () => { o.v = 'x'; }, b: () => {} }; all[req.query.k]();",
        "setTimeout(() => { o.v = 'x'; }, 5);",
        "fs.stat('x', () => { o.v = 'x'; });",
        "fs.stat('x', () => { if (!/^[a-z]+$/.test(o.v)) throw new Error('bad'); });",
        "fs.promises.stat('x').then(() => { o.v = 'x'; });",
        "req.on('close', () => { o.v = 'x'; });",
        "req.query.q && (o = { v: 'x' });",
        "req.query.q || (o = { v: 'x' });",
        "const p = req.query.q && (o = { v: 'x' });",
        "req.query.q ? (o = { v: 'x' }) : 0;",
        "const p = req.query.q ? (o = { v: 'x' }) : 0;",
        "o = { v: 'x' }; const p = req.query.q ? (o = { v: req.query.v }) : 0;",
        "o = { v: 'x' }; req.query.q && (o.v = req.query.v);",
    ],
)
def test_what_is_perhaps_not_done_or_done_later_leaves_what_was_there(code: str) -> None:
    shown(
        f"""
        const fs = require('fs');
        app.get('/', (req, res) => {{
          let o = {{ v: req.query.v }};
          {code}
          cp.exec('ls ' + o.v); // expect: command-injection
        }});
        """
    )


@pytest.mark.parametrize(
    "code",
    [
        "const f = req.query.q ? () => { o.v = 'x'; } : () => { o.v = 'y'; }; f();",
        "await fs.promises.stat('x').then(() => { o.v = 'x'; });",
        "[1].forEach(() => { o.v = 'x'; });",
        "true && (o = { v: 'x' });",
        "const p = req.query.q ? (o = { v: 'x' }) : (o = { v: 'y' });",
    ],
)
def test_what_is_done_in_any_case_replaces(code: str) -> None:
    shown(
        f"""
        const fs = require('fs');
        app.get('/', async (req, res) => {{
          let o = {{ v: req.query.v }};
          {code}
          cp.exec('ls ' + o.v);
        }});
        """
    )


def test_tables_of_many_functions_are_tried_to_the_end() -> None:
    shown(
        """
        const commands = {
          a: () => 1, b: () => 2, c: () => 3, d: () => 4, e: () => 5, f: () => 6, g: () => 7,
          h: (v) => cp.exec('ls ' + v), // expect: command-injection
        };
        app.get('/', (req, res) => { const command = commands[req.query.k]; command(req.query.v); });
        """
    )


def test_a_module_keeps_what_holds_itself() -> None:
    shown(
        """
        const last = {};
        app.get('/', (req, res) => {
          const node = { name: req.query.v, children: [] };
          node.self = node;
          node.children.push(node);
          last.node = node;
          res.json({});
        });
        app.get('/list', (req, res) => {
          cp.exec('ls ' + last.node.self.name); // expect: command-injection
        });
        """
    )
