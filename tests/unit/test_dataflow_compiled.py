"""What compilers make of imports: wrapped modules are the modules that were asked for, with all that is known of them."""

from __future__ import annotations

import pytest

from tests.fakes.dataflow import marked

TYPESCRIPT = """
const wrap = function (mod) { return (mod && mod.__esModule) ? mod : { "default": mod }; };
"""
BABEL = "function wrap(e) { return e && e.__esModule ? e : { default: e }; }"
OLD = "function wrap(mod) { if (mod.__esModule) { return mod; } else { return { default: mod, ...mod }; } }"
HANDLERS = """
const app = require('express')();
const path_1 = wrap(require('path'));
const child_process_1 = wrap(require('child_process'));
app.get('/a', (req, res) => { res.sendFile(path_1.default.join('/srv', path_1.default.basename(req.query.name))); });
app.get('/b', (req, res) => { res.sendFile(path_1.default.join('/srv', req.query.name)); }); // expect: path-traversal
app.get('/c', (req, res) => {
  const found = path_1.default.normalize(req.query.name);
  if (!found.startsWith('..')) res.sendFile(path_1.default.join('/srv', found));
});
app.get('/d', (req) => { (0, child_process_1.default.exec)(req.query.d); }); // expect: command-injection
"""


@pytest.mark.parametrize("helper", [TYPESCRIPT, BABEL, OLD])
def test_a_wrapped_library_is_the_library(helper: str) -> None:
    marked(helper + HANDLERS, "main.js")


@pytest.mark.parametrize("call", ["(0, tslib_1.__importDefault)", "_interop_require_default._", "__toESM"])
def test_helpers_are_known_by_their_names(call: str) -> None:
    marked(HANDLERS.replace("wrap(", f"{call}("), "main.js")


OWN = """
const table = new Map();
function find(name) { return table.get(name); }
function listing(name) { return 'ls ' + name; }
"""
ES_MODULE = "Object.defineProperty(exports, '__esModule', { value: true });"


@pytest.mark.parametrize(
    "exported", [f"{ES_MODULE} exports.default = {{ find, listing }};", "module.exports = { find, listing };"]
)
@pytest.mark.parametrize("helper", [TYPESCRIPT, BABEL])
def test_a_wrapped_module_of_the_program_is_followed(exported: str, helper: str) -> None:
    handlers = """
const own_1 = wrap(require('./own'));
const { exec } = require('child_process');
const app = require('express')();
app.get('/a', (req, res) => { exec(own_1.default.find(req.query.name)); });
app.get('/b', (req) => { exec(own_1.default.listing(req.query.name)); }); // expect: command-injection
"""
    marked(helper + handlers, "main.js", own_js=OWN + exported)
