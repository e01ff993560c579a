"""Addresses that are taken apart, looked at and put together again."""

from __future__ import annotations

import pytest

from tests.fakes.dataflow import marked

PROGRAMS = {
    "put together without a host": """
def relative():
    parts = urlsplit(request.args["to"])
    path = "/" + parts.path.lstrip("/")
    return redirect(urlunsplit(parts._replace(scheme="", netloc="", path=path, fragment="")))

def read_back():
    parts = urlsplit(request.args["to"])
    return redirect(parts._replace(scheme="", netloc="", path="/" + parts.path.lstrip("/\\\\")).geturl())

def any_path():
    parts = urlsplit(request.args["to"])
    return redirect(parts._replace(scheme="", netloc="").geturl())  # expect: open-redirect

def another_path():
    parts = urlsplit(request.args["to"])
    return redirect(parts._replace(scheme="", netloc="", path=request.args["p"]).geturl())  # expect: open-redirect
""",
    "the path was read before the host was looked at": """
HOSTS = ("a.example", "b.example")
class Target:
    def __init__(self, address):
        parts = urlsplit(address)
        self.host, self.path = (parts.hostname or "").lower(), parts.path or "/"

def listed():
    target = Target(request.args["to"])
    if not any(target.host == host for host in HOSTS):
        abort(400)
    requests.get(f"https://{target.host}{target.path}")

def not_listed():
    target = Target(request.args["to"])
    if any(target.host == host for host in HOSTS):
        abort(400)
    requests.get(f"https://{target.host}{target.path}")  # expect: server-side-request-forgery

def another():
    target, other = Target(request.args["to"]), Target(request.args["other"])
    if other.host not in HOSTS:
        abort(400)
    requests.get(f"https://{target.host}{other.path}")  # expect: server-side-request-forgery
""",
}
IMPORTS = """
from urllib.parse import urlsplit, urlunsplit
import requests
from flask import abort, redirect, request
"""


@pytest.mark.parametrize("name", PROGRAMS)
def test_parts_of_addresses(name: str) -> None:
    marked(IMPORTS + PROGRAMS[name])
