"""Programs as static file servers and services have them: what is checked, looked up, or the server's own."""

from __future__ import annotations

import pytest

from tests.fakes.dataflow import marked

_SERVER = """
const http = require('http');
const fs = require('fs');
const path = require('path');
const root = path.join(path.resolve(process.argv[2]), '/');
http.createServer((req, res) => {{
  const file = path.normalize(path.join(root, decodeURIComponent(req.url)));
  {check}
  fs.createReadStream(file).pipe(res);{expect}
}});
"""


@pytest.mark.parametrize(
    "check",
    [
        "if (file.slice(0, root.length) !== root) return res.end();",
        "if (file.substring(0, root.length) != root) return res.end();",
        "if (file.indexOf(root) !== 0) return res.end();",
        "if (!require('path-is-inside')(file, root)) return res.end();",
        "const way = path.relative(root, file); if (way === '..' || way.indexOf('..' + path.sep) === 0) return res.end();",
    ],
)
def test_a_path_that_begins_with_the_folder_stays_in_it(check: str) -> None:
    marked(_SERVER.format(check=check, expect=""), "main.js")


@pytest.mark.parametrize(
    "check",
    ["", "if (file.slice(1, root.length) !== root) return res.end();", "if (file.indexOf(root) === -1) return res.end();"],
)
def test_other_checks_do_not_keep_a_path_in_the_folder(check: str) -> None:
    marked(_SERVER.format(check=check, expect="  // expect: path-traversal"), "main.js")


def test_what_is_looked_up_is_not_what_was_sent() -> None:
    marked(
        """
        const express = require('express');
        module.exports = function (app, service) {
          app.get('/a', async (req, res) => { res.send(await service.find(req.query.q)); });
          app.get('/b', (req, res) => { service.find({ id: req.query.q }).then((found) => res.send(found)); });
          app.get('/c', (req, res) => { service.find(req.query.q, (err, found) => res.redirect(found.url)); });
          app.get('/d', async (req, res) => { res.send(await wrapped(req.query.q)); });  // expect: cross-site-scripting
        };
        async function wrapped(text) { return '<b>' + text + '</b>'; }
        """,
        "main.ts",
    )


def test_the_own_host_and_a_path_below_it_are_no_other_host() -> None:
    marked(
        """
        const app = require('express')();
        app.use((req, res, next) => {
          res.redirect('https://' + req.get('host') + req.originalUrl);
          res.redirect('https://' + req.hostname + req.url);
          res.redirect(req.originalUrl + '/');  // expect: open-redirect
        });
        """,
        "main.js",
    )


def test_members_of_a_request_that_others_set_are_not_its_body() -> None:
    marked(
        """
        const app = require('express')();
        app.get('/', (req, res) => { res.redirect('/' + req.keystone.get('admin path')); });
        app.post('/', async (req, res) => {
          for await (const piece of req) { eval(piece.toString()); }  // expect: code-injection
        });
        """,
        "main.js",
    )
