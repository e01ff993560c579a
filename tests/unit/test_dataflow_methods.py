"""Methods of Python's own text, lists and dictionaries: what hostile data survives, in snippets that end in a sink."""

from __future__ import annotations

import textwrap
from functools import cache

import pytest

from fusion.dataflow.knowledge.loading import load_all
from fusion.dataflow.knowledge.schema import Library
from fusion.dataflow.repository.project import Project
from fusion.dataflow.solver.analysis import analyse

_HEAD = """
import os
from flask import Flask, request
app = Flask(__name__)

@app.route("/")
def view():
    x = request.args["x"]
    y = request.args["y"]
"""


@cache
def libraries() -> tuple[Library, ...]:
    return load_all("python")


def sinks(body: str) -> list[str]:
    """The lines of the body where something was found."""
    source = (_HEAD + textwrap.indent(textwrap.dedent(body).strip(), "    ") + "\n").encode()
    project = Project(lambda path: source if path == "view.py" else None, ["view.py"])
    analysis = analyse(project, ["view.py"], libraries=libraries())
    assert not analysis.unread
    lines = source.decode().splitlines()
    return [lines[flow.sink.span.line - 1].strip() for flow in analysis.flows]


HOSTILE_TEXT = [
    "x.strip()",
    "x.lower().title()",
    "x.encode().decode()",
    "x.replace('a', 'b')",
    "x.replace('../', '')",
    "x.split()[0]",
    "x.split(';', 1)[1]",
    "x.rsplit(' ', 1)[0]",
    "x.partition('=')[2]",
    "x.splitlines()[0]",
    "x.removeprefix('a')",
    "x.zfill(20)",
    "x.translate(table)",
    "'ls {}'.format(x)",
    "'ls {name}'.format(name=x)",
    "'ls {0} {1}'.format('a', x)",
    "'ls {name}'.format_map({'name': x})",
    "'ls {name}'.format(**{'name': x})",
    "'ls NAME'.replace('NAME', x)",
    "' '.join(['ls', x])",
    "' '.join(part for part in x.split())",
    "' '.join(x.split('/'))",
    "str.lower(x)",
    "str(x)",
    "format(x, '>10')",
    "repr(x)",
    "bytes(x, 'ascii')",
    "f'{x!s:>10}'",
    "max(x, 'a')",
    "getattr(request, 'args')['x']",
]
CLEAN_TEXT = [
    "str(len(x))",
    "str(int(x))",
    "hash(x)",
    "'ls {:d}'.format(x)",
    "'ls {}'.format('a')",
    "str(x.startswith('a'))",
    "str(x.find('a'))",
    "str(x.count('a'))",
    "'a'.join(['ls', 'b'])",
    "'ls NAME'.replace(x, 'a')",
    "{'a': 'ls'}.get(x)",
    "{'a': 'ls'}.get(x, 'df')",
    "['ls', 'df'][int(x)]",
    "type(x).__name__",
    "''.join(filter(str.isalnum, x))",
    "str(isinstance(x, str))",
]


@pytest.mark.parametrize("expression", HOSTILE_TEXT)
def test_text_made_of_hostile_text_is_hostile(expression: str) -> None:
    assert sinks(f"os.system({expression})"), expression


@pytest.mark.parametrize("expression", CLEAN_TEXT)
def test_what_holds_no_text_of_the_data_is_clean(expression: str) -> None:
    assert not sinks(f"os.system({expression})"), expression


@pytest.mark.parametrize(
    "condition",
    [
        "x.isalnum()",
        "x.isdigit()",
        "x.isidentifier()",
        "isinstance(x, int)",
        "set(x).issubset('abc')",
        "{'a', 'b'} >= {x} and x.isalpha()",
    ],
)
def test_a_check_clears_one_branch_only(condition: str) -> None:
    assert not sinks(f"if {condition}:\n    os.system('ls ' + x)")
    assert sinks(f"if {condition}:\n    pass\nelse:\n    os.system('ls ' + x)")


def test_a_check_of_one_text_says_nothing_of_another() -> None:
    assert sinks("if y.isalnum():\n    os.system('ls ' + x)")


@pytest.mark.parametrize(
    ("removed", "hit"),
    [
        ("x.replace('/', '').replace('\\\\', '').replace('.', '')", False),
        ("x.replace('/', '_').replace('\\\\', '_')", False),
        ("x.replace('../', '')", True),
        ("x.replace('/', '', 1)", True),
        ("x.rsplit('/', 1)[-1].replace('\\\\', '')", False),
        ("x.split('/')[-1].split('\\\\')[-1]", False),
        ("x.translate(str.maketrans('', '', '/\\\\.'))", False),
        ("x.translate(str.maketrans('', '', 'abc'))", True),
        ("x.lstrip('/')", True),
    ],
)
def test_paths_are_harmless_without_separators(removed: str, hit: bool) -> None:
    assert bool(sinks(f"open('/srv/files/' + {removed})")) == hit


LISTS = [
    ("items = ['a']; items.append(x)", "items[1]", "items[0]"),
    ("items = ['a']; items.insert(0, x)", "items[0]", "items[1]"),
    ("items = ['a']; items.extend([x, 'b'])", "items[1]", "items[2]"),
    ("items = ['a', x, 'b']; items.pop(0)", "items[0]", "items[1]"),
    ("items = [x, 'a']; items.reverse()", "items[1]", "items[0]"),
    ("items = [x, 'a']; last = items.pop()", "items[0]", "last"),
    ("items = [x, 'a', 'b']; last = items.pop(0)", "last", "items[0]"),
    ("items = [x, 'a']; copied = items.copy(); items.clear()", "copied[0]", "copied[1]"),
    ("items = list((x, 'a'))", "items[0]", "items[1]"),
    ("a, b = zip([x, 'c'], ['d', 'e'])", "a[0]", "b[0]"),
    ("(i, a), (j, b) = enumerate([x, 'c'])", "a", "b"),
    ("items = list(reversed([x, 'a']))", "items[1]", "items[0]"),
    ("items = list(map(lambda one: 'ls ' + one, [x, 'a']))", "items[0]", "items[1]"),
    ("items = list(filter(lambda one: one != 'a', ['a', 'b', x]))", "items[1]", "'b'"),
    ("import itertools\nitems = list(itertools.chain([x], ['a']))", "items[0]", "items[1]"),
    ("import functools\ntotal = functools.reduce(lambda a, b: a + b, ['a', x])", "total", "'a'"),
    ("d = {}; d.setdefault('k', []).append(x); d.setdefault('l', 'a')", "d['k'][0]", "d['l']"),
    ("d = {}; d.update(a=x, b='c')", "d['a']", "d.get('b')"),
    ("d = {'a': x}; d.update({'a': 'b'}, c=y)", "d['c']", "d['a']"),
    ("d = dict(a=x, b='c')", "d.get('a')", "d.get('b', 'd')"),
    ("d = dict([('a', x), ('b', 'c')])", "d['a']", "d['b']"),
    ("d = {'a': x, 'b': 'c'}; taken = d.pop('a')", "taken", "d.get('a', 'none')"),
    ("d = {'a': x}; d.clear(); e = {**d, 'b': y}", "e['b']", "d.get('a', 'none')"),
    ("d = {'a': x, 'b': 'c'}; e = d | {'a': 'd', 'f': y}", "e['f']", "e['a']"),
    ("(k, v), (l, w) = {'a': x, 'b': 'c'}.items()", "v", "w"),
    ("v, w = {'a': x, 'b': 'c'}.values()", "v", "w"),
    ("k, l = {'a': x, 'b': 'c'}.keys()", "x", "k"),
    (
        "import collections\nd = collections.defaultdict(list); d['a'].append(x); e = collections.defaultdict(list)",
        "d['a'][0]",
        "len(e)",
    ),
    ("import copy\nd = {'a': [x]}; e = copy.deepcopy(d); d['a'].append('b'); e['a'][0] = 'c'", "d['a'][0]", "e['a'][0]"),
    ("s = {'a'}; t = s | {x}; u = s.copy(); s.add(y)", "list(s)[0]", "list(u)[0]"),
    ("s = {x}.intersection({'a'}); t = {'a'}.union([x])", "list(t)[0]", "list(s)[0]"),
]


@pytest.mark.parametrize(("code", "hostile", "clean"), LISTS)
def test_containers_keep_elements_apart(code: str, hostile: str, clean: str) -> None:
    code = code.replace("; ", "\n")
    assert sinks(f"{code}\nos.system({hostile})"), hostile
    assert not sinks(f"{code}\nos.system({clean})"), clean


def test_a_list_is_clean_where_its_hostile_element_was_removed() -> None:
    assert sinks("items = ['a', x]\nos.system(items[-1])")
    assert not sinks("items = ['a', x]\nitems.remove(x)\nos.system(items[-1])")
    assert sinks("items = ['a', x]\nitems.remove('a')\nos.system(items[0])")


def test_a_change_of_one_of_two_lists_is_not_certain() -> None:
    body = "a = [x]\nb = ['b']\nitems = a if request.args else b\nitems.clear()\nos.system(' '.join(a))"
    assert sinks(body)


def test_request_containers_give_hostile_parts() -> None:
    assert sinks("data = request.get_json()\nos.system(data.get('a'))")
    assert sinks("data = request.get_json()\nfor key, value in data.items():\n    os.system(value)")
    assert sinks("data = request.get_json()\nos.system(data.pop('a', None))")
    assert not sinks("data = request.get_json()\nos.system({'a': 'b'}.get(data.get('a')))")


def test_functions_with_arguments_already_given() -> None:
    code = "import functools\ndef run(a, b, *, c=''):\n    os.system({})\nfunctools.partial(run, {}, c={})({})"
    assert sinks(code.format("a", "x", "'c'", "'b'"))
    assert not sinks(code.format("a", "'a'", "x", "y"))
    assert sinks(code.format("b", "'a'", "'c'", "x"))
    assert sinks(code.format("c", "'a'", "x", "'b'"))


def test_a_thread_runs_the_function_it_is_given() -> None:
    assert sinks("import asyncio\nasyncio.run(asyncio.to_thread(os.system, x))")
    assert not sinks("import asyncio\nasyncio.run(asyncio.to_thread(os.system, 'ls'))")


def test_constants_are_folded() -> None:
    assert not sinks("if 'a,b'.split(',')[0] == 'b':\n    os.system(x)")
    assert not sinks("if 'abc'.upper().startswith('a'):\n    os.system(x)")
    assert not sinks("if len([1, 2]) > 2:\n    os.system(x)")
    assert not sinks("if isinstance('a', int):\n    os.system(x)")
    assert not sinks("if any([False, 0]):\n    os.system(x)")
    assert sinks("if all([True, 1]):\n    os.system(x)")
    assert not sinks("if sorted(['b', 'a'])[0] == 'b':\n    os.system(x)")


def test_an_index_into_an_allow_list_raises_for_others() -> None:
    assert not sinks("names = ['a', 'b']\nnames.index(x)\nos.system('ls ' + x)")


def test_strange_calls_do_no_harm() -> None:
    body = """
        items = [x]
        items.pop(7)
        items.insert()
        items.index()
        "{".format(x)
        "{0.a[b]}".format()
        x.split(None, -1, 3)
        x.replace()
        {}.get()
        {}.pop()
        dict(1)
        zip()
        range(0, 1, 0)
        max()
        next(iter([]))
        isinstance()
        str.join()
        "".join()
        "a" * x
        [].pop()
        setattr(items, x, y)
        getattr(items, x)
        enumerate([1], x)
        "%s" % ()
    """
    assert sinks(body) == []
