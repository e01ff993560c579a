"""Records put together of others: which of their values a request may have replaced."""

from __future__ import annotations

import pytest

from tests.fakes.dataflow import marked

PAGE = """
const app = require('express')();
const { exec } = require('child_process');
const DEFAULTS = { tool: 'ls' };
"""


@pytest.mark.parametrize(
    ("made", "hostile"),
    [
        ("{ ...DEFAULTS, ...req.body }", True),
        ("{ ...DEFAULTS, ...req.body.options }", True),
        ("{ ...DEFAULTS, ...{ ...req.body } }", True),
        ("{ tool: 'ls', ...req.body }", True),
        ("Object.assign({ tool: 'ls' }, req.body)", True),
        ("Object.assign({}, DEFAULTS, { ...req.body })", True),
        ("{ ...req.body, ...DEFAULTS }", False),
        ("{ ...req.body, tool: 'ls' }", False),
        ("Object.assign({}, req.body, DEFAULTS)", False),
        ("{ ...DEFAULTS, folder: req.body.folder }", False),
        ("{ ...DEFAULTS, ...{ folder: req.body.folder } }", False),
        ("{ tool: 'ls', ...(req.body.all && { tool: req.body.tool }) }", True),
        ("{ tool: req.body.tool, ...(process.argv.length > 2 && DEFAULTS) }", True),
        ("{ tool: req.body.tool, ...(process.argv.length > 2 ? DEFAULTS : { folder: '/srv' }) }", True),
        ("{ tool: req.body.tool, ...(process.argv.length > 2 ? DEFAULTS : { tool: 'du' }) }", False),
    ],
)
def test_what_is_spread_later_takes_the_place_of_what_stood_there(made: str, hostile: bool) -> None:
    expected = "// expect: command-injection" if hostile else ""
    marked(
        PAGE
        + f"""
function run({{ tool }}) {{
  exec(tool); {expected}
}}
app.post('/', (req, res) => {{ run({made}); }});
app.post('/', (req, res) => {{
  const options = {made};
  exec(options.tool); {expected}
}});
""",
        "main.js",
    )


def test_one_of_several_records_is_spread() -> None:
    marked(
        """
const app = require('express')();
const libxmljs = require('libxmljs2');
const PROFILES = { ours: { noent: true }, others: { noent: false } };
const SAFE = { ours: { noent: false }, others: { noent: false } };
app.post('/a', (req, res) => {
  const profile = req.body.name === 'a' ? PROFILES.ours : PROFILES.others;
  libxmljs.parseXml(req.body.text, { ...profile }); // expect: xml-external-entities
});
app.post('/b', (req, res) => {
  const profile = req.body.name === 'a' ? SAFE.ours : SAFE.others;
  libxmljs.parseXml(req.body.text, { ...profile });
});
""",
        "main.js",
    )


def test_what_is_found_or_another_takes_its_place() -> None:
    marked(
        PAGE
        + """
const TOOLS = new Map([['list', { tool: 'ls' }], ['disk', { tool: 'du' }]]);
app.post('/a', (req, res) => {
  const known = TOOLS.get(req.body.name) ?? TOOLS.get('list');
  exec({ ...req.body.options, ...known }.tool);
  exec({ ...known, ...req.body.options }.tool); // expect: command-injection
});
app.post('/b', (req, res) => {
  const known = TOOLS.get(req.body.name);
  exec({ ...req.body.options, ...known }.tool); // expect: command-injection
});
""",
        "main.js",
    )
