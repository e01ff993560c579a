"""Texts in JavaScript programs as published packages write them: beginnings, ends, pieces that are written back, JSON."""

from __future__ import annotations

import pytest

from tests.fakes.dataflow import marked

HEAD = """const fs = require('fs');
const path = require('path');
const axios = require('axios');
const config = require('nconf');
const app = require('express')();
"""


@pytest.mark.parametrize(
    "body",
    [
        "const m = req.path.match(/^\\/topic\\/(\\d+)\\//); if (m) res.redirect(config.get('base') + m[0]);",
        "const m = req.path.match(/^\\/topic\\/(.+)\\//); if (m) res.redirect(m[1]); // expect: open-redirect",
        "const m = req.path.match(/(.*)\\/topic/); if (m) res.redirect(config.get('base') + m[0]); // expect: open-redirect",
        "res.redirect(['./', ...req.url.split('?').slice(1)].join('?'));",
        "res.redirect([...req.url.split('?').slice(1), './'].join('?')); // expect: open-redirect",
    ],
)
def test_where_an_address_begins(body: str) -> None:
    marked(HEAD + f"app.get('/a', (req, res) => {{\n{body}\n}});\n", "main.js")


@pytest.mark.parametrize(
    ("check", "found"),
    [
        ("/^[a-z0-9.-]+$/.test(h) && h.toLowerCase().endsWith('.own.com')", False),
        ("h.endsWith('.own.com') && !/[/\\\\?#:@]/.test(h)", False),
        ("h.endsWith('.own.com')", True),
        ("/^[a-z0-9.-]+$/.test(h) && h.endsWith('own.com')", True),
        ("/^[a-z0-9.-]+$/.test(h) && h.endsWith('.com')", True),
        ("/^[a-z0-9.-]+$/.test(h) && h.endsWith('.own.com') && (h = h.slice(0, 9))", True),
    ],
)
def test_names_of_hosts_that_end_with_a_domain(check: str, found: bool) -> None:
    mark = " // expect: server-side-request-forgery" if found else ""
    marked(
        HEAD
        + f"app.post('/a', async (req, res) => {{\nlet h = req.body.host;\nif (!({check})) return res.sendStatus(400);\n"
        + f"res.json(await axios.post(`https://${{h}}/token`, {{}}));{mark}\n}});\n",
        "main.js",
    )


@pytest.mark.parametrize(
    ("visit", "found"),
    [
        ("(piece, index) => { name[index] = slug(piece); }", False),
        ("(piece, index) => name[index] = slug(piece)", False),
        ("(piece, index) => { if (index) name[index] = slug(piece); }", True),
        ("(piece, index) => { name[index] = piece; }", True),
        ("(piece, index) => { name[0] = slug(piece); }", True),
    ],
)
def test_elements_that_are_written_back(visit: str, found: bool) -> None:
    mark = " // expect: path-traversal" if found else ""
    marked(
        HEAD
        + "const slug = (s) => s.replace(/[^a-z0-9-]/gi, '-');\n"
        + f"app.post('/a', (req, res) => {{\nlet name = req.body.name.split('.');\nname.forEach({visit});\n"
        + f"fs.createWriteStream(path.join('/srv/up', name.join('.')));{mark}\n}});\n",
        "main.js",
    )


def test_json_of_encoded_text_in_a_script() -> None:
    marked(
        """
        const app = require('express')();
        app.get('/a/:id', (req, res) => {
          const to = `https://own.com/#/gift/${encodeURIComponent(req.params.id)}`;
          res.set('Content-Type', 'text/html');
          res.send(`<script>location.replace(${JSON.stringify(to)});</script>`);
        });
        app.get('/b/:id', (req, res) => {
          res.set('Content-Type', 'text/html');
          res.send(`<script>location.replace(${JSON.stringify(req.params.id)});</script>`); // expect: cross-site-scripting
        });
        """,
        "main.js",
    )


def test_data_that_is_required() -> None:
    marked(
        """
        const path = require('path');
        const app = require('express')();
        app.get('/:theme', (req, res) => {
          res.json(require(path.join(__dirname, req.params.theme, 'theme.json'))); // expect: path-traversal
          require(path.join(__dirname, req.params.theme)); // expect: code-injection
        });
        """,
        "main.js",
    )
