"""Paths whose components are looked at one by one: none of them is `..`."""

from __future__ import annotations

import pytest

from tests.fakes.dataflow import marked

PYTHON = [
    'if any(part == ".." for part in name.split("/")):',
    'if not all(part not in ("", ".", "..") for part in name.split("/")):',
    'if not all(part and part != ".." for part in name.replace("\\\\", "/").split("/")):',
    'if any(part in {"..", "."} for part in PurePosixPath(name).parts):',
    'if any(part.startswith(".") for part in name.split("/")):',
    'if not all(part not in ("", "..") for part in components(name)):',
    'if "/" in name or name in (".", ".."):',
]
LEAKY = [
    'if any(part == "." for part in name.split("/")):',
    'if all(part == ".." for part in name.split("/")):',
    'if name.split("/")[0] == "..":',
    'if any(part == ".." for part in name.split(",")):',
    'if all(part in ("..", "docs") for part in name.split("/")):',
]
PROGRAM = """
from pathlib import PurePosixPath
from flask import abort, request
def components(name):
    yield from name.split("/")
def view():
    name = request.args["name"]
    {check}
        abort(404)
    return open("/srv/docs/" + name).read(){mark}
"""


@pytest.mark.parametrize("check", PYTHON)
def test_a_path_without_a_component_that_leads_up(check: str) -> None:
    marked(PROGRAM.format(check=check, mark=""))


@pytest.mark.parametrize("check", LEAKY)
def test_a_path_that_still_leads_up(check: str) -> None:
    marked(PROGRAM.format(check=check, mark="  # expect: path-traversal"))


def test_loops_and_components_that_are_left_out() -> None:
    marked("""
from flask import abort, request
def looped():
    name = request.args["name"]
    for part in name.split("/"):
        if part in (".", ".."):
            abort(404)
    return open("/srv/docs/" + name).read()

def left_out():
    parts = [part for part in request.args["name"].split("/") if part not in ("", ".", "..")]
    return open("/srv/docs/" + "/".join(parts)).read()

def too_few_left_out():
    parts = [part for part in request.args["name"].split("/") if part not in ("", ".")]
    return open("/srv/docs/" + "/".join(parts)).read()  # expect: path-traversal
""")


@pytest.mark.parametrize(
    ("check", "mark"),
    [
        ('name.split("/").includes("..")', ""),
        ('name.split("/").some((part) => part === "..")', ""),
        ('!name.split("/").every((part) => part !== "..")', ""),
        ('name.split("/").some((part) => part === ".")', "  // expect: path-traversal"),
    ],
)
def test_components_in_scripts(check: str, mark: str) -> None:
    marked(
        f"""
const express = require("express");
const fs = require("fs");
const app = express();
app.get("/", (req, res) => {{
  const name = String(req.query.name);
  if ({check}) return res.sendStatus(404);
  res.send(fs.readFileSync("/srv/docs/" + name));{mark}
}});
""",
        "main.js",
    )
