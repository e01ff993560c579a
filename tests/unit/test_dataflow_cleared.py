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
