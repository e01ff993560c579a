"""No bytes make a reader fall over: what cannot be read is a line among the unread, and time stays in bounds."""

from __future__ import annotations

import json
import textwrap
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fusion.inventory import take
from fusion.inventory.documents import hashes, without_credentials
from fusion.inventory.formats import format_of
from fusion.model.inventory import Tree, TreeFile
from tests.unit.test_inventory_formats import CASES, over

SAMPLES = {path: text for case in CASES.values() for path, text in case.files.items()}
SAMPLES |= {"pip.conf": "[global]\nindex-url = a\n  b\n", "uv.toml": '[[index]]\nurl = "a"\nexplicit = true\n'}
"""One sample of each file name."""
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=8,
)
KEYS = (
    *("packages", "dependencies", "devDependencies", "default", "develop", "_meta", "node_modules/a", "", "version", "license"),
    *(
        "resolved",
        "integrity",
        "dist",
        "name",
        "require",
        "type",
        "contentHash",
        "packages-dev",
        "peerDependencies",
        "workspaces",
    ),
)
DOUBLING = (
    "<project><properties>"
    + "".join(f"<a{n}>${{a{n + 1}}}${{a{n + 1}}}</a{n}>" for n in range(50))
    + "</properties><dependencies><dependency><groupId>g</groupId><artifactId>x</artifactId><version>${a0}</version>"
    + "</dependency></dependencies></project>"
)
"""Properties that double at each step."""


def taken(path: str, data: bytes) -> None:
    found = take(Tree(commit="c", files=(TreeFile(path=path, size=len(data)),)), {path: data})
    said = {*found.read, *(one for one, _ in found.unread)}
    # The first two may be about linters alone, and the others never list packages.
    assert said == {path} or (not said and path in ("pyproject.toml", "setup.cfg", "pip.conf", "uv.toml"))
    assert all(one.path == path and one.line >= 0 and one.purl.startswith("pkg:") for one in found.components)


@pytest.mark.parametrize("path", sorted(SAMPLES))
@settings(max_examples=25, deadline=None)
@given(data=st.data())
def test_readers_bear_bytes_and_broken_samples(path: str, data: st.DataObject) -> None:
    taken(path, data.draw(st.binary(max_size=200)))
    sample = SAMPLES[path]
    at = data.draw(st.integers(0, len(sample)))
    until = data.draw(st.integers(at, min(len(sample), at + 40)))
    taken(path, (sample[:at] + data.draw(st.text(max_size=12)) + sample[until:]).encode("utf-8", "surrogatepass"))


@pytest.mark.parametrize(
    "path", [path for path in sorted(SAMPLES) if path.endswith((".json", "Pipfile.lock", "composer.lock"))]
)
@settings(max_examples=40, deadline=None)
@given(
    value=st.dictionaries(st.sampled_from(KEYS), JSON | st.dictionaries(st.sampled_from(KEYS), JSON, max_size=4), max_size=5)
)
def test_readers_bear_other_types_than_they_expect(path: str, value: dict[str, Any]) -> None:
    taken(path, json.dumps(value).encode())


@pytest.mark.parametrize(
    ("path", "text"),
    [
        ("package-lock.json", "[" * 100_000),
        ("package-lock.json", '{"packages": {"node_modules/a": {"version": ' + "9" * 5_000 + "}}}"),
        ("uv.lock", "a = " + "[" * 10_000),
        ("uv.lock", "version = " + "9" * 5_000),
        ("poetry.lock", ".".join("a" * 5_000) + " = 1"),
        ("pom.xml", "<project>" + "<dependencies>" * 5_000),
        ("pom.xml", DOUBLING),
        ("pnpm-lock.yaml", "lockfileVersion: 9\n" + "\n".join(" " * n + "a:" for n in range(1, 3_000))),
        ("yarn.lock", "# yarn lockfile v1\n" + "a@" * 200_000),
        ("Dockerfile", "ARG A=${A}${A}\n" * 2_000 + "FROM ${A}\n"),
        ("Dockerfile", "FROM a \\\n" * 20_000),
        (".github/workflows/a.yml", "a: &a [*a]"),
        ("requirements.txt", "a==1 \\\n" * 30_000),
        ("requirements.txt", ("a" + " " * 1_900 + "x\n") * 500),
        ("Gemfile", ("gem" + " " * 990 + "\n") * 1_000),
        ("build.gradle", ("implementation" + " " * 980 + "=\n") * 1_000),
        ("compose.yml", "services: " + "[" * 50_000),
        ("compose.yml", "a: &a [1]\nservices:\n  b: *a\n  c: {image: *a}\n  d: {<<: *a}\n"),
        ("pip.conf", "[global]\nindex-url =" + " \n a" * 60_000),
        ("setup.cfg", "[options]\na" + " " * 200_000 + "\n"),
        ("setup.cfg", "[options]\ninstall_requires =" + "\n  a" * 60_000),
        ("setup.py", "setup(install_requires=" + "-" * 90_000 + "a)"),
        ("setup.py", "setup(install_requires=[" + "[" * 90_000),
        ("setup.py", "setup(install_requires=" + "a+" * 40_000 + "a)"),
        ("setup.py", "a = a + a\nsetup(install_requires=a, extras_require=a)"),
        ("setup.py", "".join(f"a{n} = a{n + 1} + a{n + 1}\n" for n in range(25)) + "a25 = ['b']\nsetup(install_requires=a0)"),
        ("setup.py", "setup(install_requires=['" + "a ; " * 20_000 + "'])"),
    ],
)  # fmt: skip
def test_what_is_made_to_hurt_is_borne(path: str, text: str) -> None:
    taken(path, text.encode())


def test_too_many_packages_are_refused() -> None:
    lock = {"packages": {f"node_modules/a{number}": {"version": "1.0.0"} for number in range(60_001)}}
    [(path, why)] = over({"package-lock.json": json.dumps(lock)}).unread
    assert (path, "more than 60,000 packages" in why) == ("package-lock.json", True)


@settings(max_examples=200)
@given(st.text(max_size=80))
def test_small_readers_are_total(text: str) -> None:
    hashes(text, f"sha512-{text}", f"sha256:{text}")
    assert "@" not in without_credentials(f"https://u:p@{'h'}.org/x")
    without_credentials(text)
    format_of(text)


@pytest.mark.parametrize("name", CASES)
def test_line_ends_and_marks_of_other_machines_change_nothing(name: str) -> None:
    texts = {path: textwrap.dedent(text).lstrip("\n") for path, text in CASES[name].files.items()}
    plain, other = over(texts), over({path: "\ufeff" + text.replace("\n", "\r\n") for path, text in texts.items()})
    assert other.model_dump() == plain.model_dump()
    wide = {path: text.encode("utf-16") for path, text in texts.items()}
    tree = Tree(commit="c", files=tuple(TreeFile(path=path, size=len(data)) for path, data in wide.items()))
    assert {path for path, _ in take(tree, wide).unread} == set(texts)
