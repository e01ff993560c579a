"""Fields of requests that JavaScript's validators checked, and objects of which some keys were kept."""

from __future__ import annotations

import pytest

from tests.fakes.dataflow import marked

AJV = """
const app = require('express')();
const { exec } = require('child_process');
const Ajv = require('ajv');
const ajv = new Ajv({ allErrors: true });
const schema = {
  type: 'object',
  properties: {
    name: { type: 'string', pattern: '^[a-z]+$' },
    part: { type: 'string', pattern: '^[a-z]+' },
    count: { type: 'integer' },
    other: { type: 'string' },
  },
};
const validate = ajv.compile(schema);
"""


@pytest.mark.parametrize(
    ("check", "field", "enough"),
    [
        ("!validate(req.body)", "name", True),
        ("!validate(req.body)", "count", True),
        ("!ajv.validate(schema, req.body)", "name", True),
        ("!validate(req.body)", "part", False),
        ("!validate(req.body)", "other", False),
        ("!validate(req.query)", "name", False),
        ("validate(req.body)", "name", False),
    ],
)
def test_what_a_compiled_schema_accepts(check: str, field: str, enough: bool) -> None:
    expected = "" if enough else "// expect: command-injection"
    marked(
        AJV
        + f"""
app.post('/', (req, res) => {{
  if ({check}) return res.status(400).json(validate.errors);
  exec('ls ' + req.body.{field}); {expected}
}});
""",
        "main.js",
    )


def test_fields_that_were_checked_and_are_taken_together() -> None:
    marked(
        """
const app = require('express')();
const { exec } = require('child_process');
const { body, check, matchedData, query, validationResult } = require('express-validator');
const rules = [query('sort').default('name').isIn(['name', 'size']), query('folder').trim().escape(), check('count').isInt()];
function sorted({ sort, count }) {
  exec('ls --sort ' + sort + ' | head -n ' + count);
}
function listed({ folder }) {
  exec('ls ' + folder); // expect: command-injection
}
app.get('/a', rules, (req, res) => {
  if (!validationResult(req).isEmpty()) return res.sendStatus(400);
  const fields = matchedData(req);
  sorted(fields);
  listed(fields);
});
app.post('/b', body('count').isInt(), body('name'), (req, res) => {
  const fields = matchedData(req, { locations: ['body'] });
  exec('ls | head -n ' + fields.count);
  exec('ls ' + fields.name); // expect: command-injection
});
app.post('/c', (req, res) => {
  exec('ls ' + matchedData(req).name); // expect: command-injection
});
""",
        "main.js",
    )


@pytest.mark.parametrize("package", ["lodash", "lodash-es", "underscore"])
def test_some_keys_of_an_object(package: str) -> None:
    marked(
        f"""
const app = require('express')();
const {{ exec }} = require('child_process');
const _ = require('{package}');
app.post('/', (req, res) => {{
  exec(_.omit(req.body, ['id']).name); // expect: command-injection
  exec(_.pick(req.body, 'name', 'id').name); // expect: command-injection
  exec(_.pick(req.body, ['id']).name);
  exec(_.omit({{ name: req.body.name, tool: 'ls' }}, 'name').tool);
  exec(_.omit({{ name: req.body.name, tool: 'ls' }}, 'tool').name); // expect: command-injection
  exec(_.clone({{ name: req.body.name, tool: 'ls' }}).tool);
  exec(_.cloneDeep({{ inner: {{ name: req.body.name }} }}).inner.name); // expect: command-injection
  exec(_.assign({{ tool: 'ls' }}, req.body).tool); // expect: command-injection
}});
""",
        "main.js",
    )


def test_text_of_one_request_is_put_where_a_mark_stood() -> None:
    marked(
        """
const app = require('express')();
const { exec } = require('child_process');
const fill = ({ first, second }) => 'cp %1 %2'.replace('%1', () => first).replace('%2', () => second);
app.post('/', (req, res) => {
  const checked = /^[a-z]+$/.test(req.body.first) && /^[a-z]+$/.test(req.body.second);
  if (checked) exec(fill(req.body));
});
app.put('/', (req, res) => {
  if (/^[a-z]+$/.test(req.body.first)) exec(fill(req.body)); // expect: command-injection
});
app.patch('/', (req, res) => {
  if (/^[a-z]+$/.test(req.body.second)) exec(fill(req.body)); // expect: command-injection
});
""",
        "main.js",
    )
