"""What a program visibly uses, and for what: implementations among several, digests of secrets, declarations in bytes."""

from __future__ import annotations

import textwrap

import pytest

from tests.fakes.dataflow import analysed, marked

_HEAD = """
import hashlib
import hmac
import random
import re
import secrets
import uuid
from abc import ABC
from functools import partial
from flask import Flask, request
from lxml import etree
app = Flask(__name__)
"""

PROGRAMS = {
    "an implementation that nobody names": """
        class Keys(ABC):
            def share_key(self):
                raise NotImplementedError
        class Clock(Keys):
            def share_key(self):
                return uuid.uuid1().hex
        class System(Keys):
            def share_key(self):
                return secrets.token_hex(16)
        class Old(Keys):
            def share_key(self):
                return hashlib.md5(b"").hexdigest()
        @app.post("/a")
        def share():
            return System().share_key()
    """,
    "one that is named": """
        class Keys:
            def share_key(self):
                raise NotImplementedError
        class Clock(Keys):
            def share_key(self):
                return uuid.uuid1().hex  # expect: weak-randomness
        class Old(Keys):
            def share_key(self):
                return hashlib.md5(b"").hexdigest()  # expect: weak-hash
        KINDS = {"clock": Clock, "old": Old}
        @app.post("/a")
        def share():
            return KINDS[request.args["kind"]]().share_key()
    """,
    "one that is found by its base": """
        class Keys:
            def share_key(self):
                raise NotImplementedError
        class Clock(Keys):
            def share_key(self):
                return uuid.uuid1().hex  # expect: weak-randomness
        @app.post("/a")
        def share():
            return Keys.__subclasses__()[0]().share_key()
    """,
    "generators that a name chooses": """
        SOURCES = {"plain": random.randrange, "vault": secrets.randbelow}
        def password(source):
            draw = SOURCES[source]
            return "".join("abcdefgh"[draw(8)] for _ in range(20))
        def other_password(source):
            draw = SOURCES[source]
            return "".join("abcdefgh"[draw(8)] for _ in range(20))  # expect: weak-randomness
        @app.post("/a")
        def first():
            return password("vault")
        @app.post("/b")
        def second():
            return other_password("plain")
    """,
    "a digest that is said to keep nothing secret": """
        tag = partial(hashlib.md5, usedforsecurity=False)
        def digest(data):
            return tag(data).hexdigest()
        @app.post("/a")
        def page():
            return digest(request.data)
    """,
    "a digest that does": """
        tag = partial(hashlib.md5, usedforsecurity=False)  # expect: weak-hash
        def digest(purpose, data):
            return tag(data).hexdigest()
        @app.post("/a")
        def key():
            return digest("api_key", request.data)
    """,
    "codes whose digest a protocol prescribes": """
        def hotp(key, counter):
            return hmac.new(key, counter, hashlib.sha1).digest()
        def sign(key, data):
            return hmac.new(key, data, hashlib.sha1).digest()  # expect: weak-hash
    """,
    "declarations that are looked for": """
        DECLARED = re.compile(rb"<!(?:DOCTYPE|ENTITY)")
        @app.post("/a")
        def in_bytes():
            if DECLARED.search(request.data):
                raise ValueError
            etree.XML(request.data, etree.XMLParser(resolve_entities=True))  # expect: xml-external-entities
        @app.post("/b")
        def in_text():
            text = request.get_data(as_text=True)
            if re.search(r"<!(?:DOCTYPE|ENTITY)", text):
                raise ValueError
            etree.XML(text, etree.XMLParser(resolve_entities=True))
    """,
}


@pytest.mark.parametrize("program", PROGRAMS.values(), ids=PROGRAMS)
def test_a_program_shows_what_its_comments_say(program: str) -> None:
    marked(_HEAD + textwrap.dedent(program), "app.py")


def test_a_broken_hash_is_shown_with_the_call_from_another_file() -> None:
    helper = "import hashlib\ndef sign(text):\n    return hashlib.sha1(text).hexdigest()\n"
    (flow,) = analysed("from helper import sign\ndef code(text):\n    return sign(text)\n", helper_py=helper).flows
    assert [(place.path, place.span.line) for place in flow.trace] == [("main.py", 3), ("helper.py", 3)]
