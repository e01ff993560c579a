"""What is called harmless: only where everything that decides it is known; two guesses are neither that nor a finding."""

from __future__ import annotations

import pytest

from tests.fakes.dataflow import analysed

BEGIN = """
import subprocess
import yaml
import elsewhere
from flask import request
from loaders import Full, Safe, given

class Local(yaml.SafeLoader):
    pass

class Either(getattr(yaml, "CSafeLoader", yaml.SafeLoader)):
    pass

class Foreign(elsewhere.Loader):
    pass

class Unseen(elsewhere.make()):
    pass

def loader():
    return elsewhere.loader

def run(text, option):
    """
LOADERS = """
import yaml

class Full(yaml.UnsafeLoader):
    pass

class Safe(yaml.SafeLoader):
    pass

def given(text):
    return text
"""
LAST = BEGIN.count("\n") + 1


def cleared(code: str) -> bool:
    found = analysed(BEGIN + code, **{"loaders.py": LOADERS})
    return any(item.path == "main.py" and item.span.line == LAST for item in found.cleared)


@pytest.mark.parametrize("loader", ["yaml.SafeLoader", "yaml.CSafeLoader", "Local", "Either", "Safe"])
def test_a_loader_that_descends_from_a_safe_one_is_harmless_whatever_it_reads(loader: str) -> None:
    assert cleared(f"yaml.load(text, Loader={loader})")
    assert cleared(f"yaml.load(request.data, Loader={loader})")


@pytest.mark.parametrize(
    "loader", ["yaml.UnsafeLoader", "Full", "option", "elsewhere.Loader", "Foreign", "Unseen", "loader", "loader()"]
)
def test_a_loader_that_may_be_any_is_not(loader: str) -> None:
    assert not cleared(f"yaml.load(text, Loader={loader})")


def test_a_call_whose_setting_is_not_known_is_not() -> None:
    assert not cleared("subprocess.run(text, shell=option)")
    assert not cleared("yaml.load(text, **option)")


AZURE = """
import azure.functions as func
from elsewhere import answer

def reply(status, headers=None):
    return func.HttpResponse("", status_code=status, headers=dict(headers or {}))

def run(req: func.HttpRequest):
    """


@pytest.mark.parametrize(
    ("code", "found"),
    [
        ('func.HttpResponse(status_code=302, headers={"Location": req.params["next"]})', True),
        ('func.HttpResponse(status_code=answer().status, headers={"Location": req.params["next"]})', True),
        ("func.HttpResponse(status_code=307, headers=req.get_json())", True),
        ('func.HttpResponse(status_code=302, headers={"Location": answer(req.get_body())})', True),
        ('func.HttpResponse(status_code=201, headers={"Location": req.params["next"]})', False),
        ('func.HttpResponse(headers={"Location": req.params["next"]})', False),
        ('func.HttpResponse(status_code=302, headers={"Location": "/", "X-Name": req.params["name"]})', False),
        ("reply(answer(req.get_body()).status, answer(req.get_body()).headers)", False),
    ],
)
def test_a_redirect_needs_its_status_and_its_own_header(code: str, found: bool) -> None:
    assert bool(analysed(AZURE + code).flows) is found


@pytest.mark.parametrize(
    ("header", "good"),
    [("'sid=1; Secure; HttpOnly'", True), ("option", False), ("loader()", False)],
)
def test_a_cookie_is_called_good_only_where_its_text_is_known(header: str, good: bool) -> None:
    assert cleared(f"text.headers['Set-Cookie'] = {header}") is good


@pytest.mark.parametrize(
    ("before", "loader"),
    [
        ("class L(yaml.SafeLoader):\n    yaml_constructors = yaml.UnsafeLoader.yaml_constructors", "L"),
        ("class L(yaml.SafeLoader):\n    construct_object = yaml.UnsafeLoader.construct_object", "L"),
        ("class L(yaml.SafeLoader, yaml.UnsafeLoader):\n    pass", "L"),
        ("class L(yaml.SafeLoader):\n    def __new__(cls, *given):\n        return yaml.UnsafeLoader(*given)", "L"),
        ("@elsewhere.other\nclass L(yaml.SafeLoader):\n    pass", "L"),
        ("class L(yaml.SafeLoader, metaclass=elsewhere.Other):\n    pass", "L"),
        ("class L(yaml.SafeLoader):\n    pass\nL.__bases__ = (yaml.UnsafeLoader,)", "L"),
        ("class L(yaml.SafeLoader):\n    pass\nL.add_constructor('!x', elsewhere.made)", "L"),
        ("yaml.add_multi_constructor('!', yaml.UnsafeLoader.construct_python_name, Loader=yaml.SafeLoader)", "yaml.SafeLoader"),
        ("yaml.SafeLoader.yaml_constructors.update(yaml.UnsafeLoader.yaml_constructors)", "yaml.SafeLoader"),
    ],
)
def test_a_loader_that_was_taught_more_is_not(before: str, loader: str) -> None:
    found = analysed(f"import yaml\nimport elsewhere\n{before}\ndef run(text):\n    yaml.load(text, Loader={loader})\n")
    assert not found.unread
    assert not found.cleared


def test_a_loader_with_constructors_of_its_own_is_harmless() -> None:
    code = """
    import yaml

    def made(loader, node):
        return loader.construct_scalar(node)

    class Local(yaml.SafeLoader):
        def included(self, node):
            return self.construct_scalar(node)

    Local.add_constructor("!made", made)
    Local.add_constructor("!included", Local.included)

    def run(text):
        yaml.load(text, Loader=Local)
    """
    assert analysed(code).cleared


@pytest.mark.parametrize(
    "trick",
    [
        "shlex.quote = str",
        "setattr(shlex, 'quote', str)",
        "shlex.__dict__['quote'] = str",
        "vars(shlex).update(quote=str)",
        'exec("shlex.quote = str")',
        "globals()['shlex'] = elsewhere",
        "globals().update(shlex=elsewhere)",
        "sys.modules['shlex'].quote = str",
        "me = sys.modules[__name__]",
        "setattr(sys.modules['shlex'], 'quote', str)",
        "class Any:\n    global COMMAND\n    COMMAND = input()",
        "from unseen import *",
    ],
)
def test_nothing_is_harmless_where_names_change_unseen(trick: str) -> None:
    code = "import shlex, subprocess, sys, elsewhere\nfrom flask import request\nCOMMAND = 'ls'\n{}\ndef run(text):\n"
    code += "    subprocess.run('ls ' + shlex.quote(request.data), shell=True)\n    subprocess.run(COMMAND, shell=True)\n"
    assert not analysed(code.format(trick)).cleared
    assert analysed(code.format("vars(elsewhere.parsed())")).cleared


@pytest.mark.parametrize("trick", ["shlex.quote = str", "exec(input())", "shlex.__dict__['quote'] = str"])
def test_nor_where_an_imported_file_changes_them(trick: str) -> None:
    code = "import shlex, subprocess, other\nfrom flask import request\ndef run():\n"
    code += "    subprocess.run('ls ' + shlex.quote(request.data), shell=True)\n"
    assert analysed(code, other_py="import shlex\n").cleared
    assert not analysed(code, other_py=f"import shlex\n{trick}\n").cleared


@pytest.mark.parametrize(
    ("store", "good"),
    [
        ("o[k] = k", False),
        ("Object.assign(o, k)", False),
        ("Reflect.set(o, k, k)", False),
        ("o.d = k", True),
        ("o['d'] = k", True),
    ],
)
def test_a_constant_is_certain_until_something_is_stored_under_an_unknown_key(store: str, good: bool) -> None:
    code = f"const cp = require('child_process');\nfunction f(k) {{ const o = {{c: 'ls'}}; {store};\n  cp.exec(o.c); }}\n"
    assert any(item.span.line == 3 for item in analysed(code, "main.js").cleared) is good


def test_attributes_that_are_set_by_unknown_names_are_not_known() -> None:
    code = """
    import subprocess

    class Job:
        def __init__(self, given):
            self.command = "ls"
            {}

        def run(self):
            subprocess.run(self.command, shell=True)

    Job(input()).run()
    """
    assert analysed(code.format("pass")).cleared
    assert not analysed(code.format("setattr(self, given, given)")).cleared


@pytest.mark.parametrize(
    "trick",
    [
        "eval('command = 1')",
        "String.prototype.replace = function () { return this }",
        "Object.assign(String.prototype, other)",
        "with (other) { cp.exec(command) }",
    ],
)
def test_scripts_that_change_the_language_clear_nothing(trick: str) -> None:
    code = "const cp = require('child_process');\nlet command = 'ls';\n{}\ncp.exec(command);\n"
    assert analysed(code.format(""), "main.js").cleared
    assert not analysed(code.format(trick), "main.js").cleared
