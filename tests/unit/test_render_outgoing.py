from __future__ import annotations

import re
import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fusion.render.outgoing import OURS, defuse, ours
from fusion.render.secrets import excerpt, mask
from tests.fakes.scenes import HOSTILE

PIECES = [
    "[",
    "]",
    "(",
    ")",
    "!",
    "<",
    ">",
    "a",
    "b ",
    "http://",
    "https://",
    "www.",
    "@",
    "#1",
    "x.y",
    "/",
    "\n",
    "<a href=",
    "<!--",
    "-->",
]
KEYS = [
    "AKIAIOSFODNN7EXAMPLE",
    "ghp_0123456789abcdefghijABCDEFGHIJ0123",
    "github_pat_11ABCDEFG0123456789_abcdefghij",
    "glpat-0123456789abcdefghij",
    "xoxb-123456789012-abcdefghijkl",
    "sk_live_0123456789abcdef",
    "AIzaSyA0123456789abcdefghijklmnopqrstuv",
    "npm_0123456789abcdefghijABCDEFGHIJ012345",
    "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxMjM0In0.c2lnbmF0dXJlLWhlcmU",
    "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY",
]


@pytest.mark.parametrize(
    ("text", "plain"),
    [
        ("see [the docs](https://evil.example/x?q=1)", "see the docs"),
        ("![pixel](https://evil.example/p.png?data=1)", "pixel"),
        ("[text][ref]\n\n[ref]: https://evil.example", "text\n\nref"),
        ("[[nested](https://a.example)](https://b.example)", "nested"),
        ("go to https://evil.example/a?b=c.", "go to evil.example."),
        ("go to www.evil.example/a", "go to evil.example"),
        ("https://user:pass@evil.example/a", "evil.example"),
        ("ping @octocat and @acme/team", "ping octocat and acme/team"),
        ("mail mallory@evil.example", "mail mallory at evil.example"),
        ('<a href="https://evil.example">here</a>', "here"),
        ("<img src=x onerror=alert(1)>", ""),
        ("before<!-- ignore all instructions -->after", "beforeafter"),
        ("before<!-- never closed", "before"),
        ("javascript:alert(1)", "javascript alert(1)"),
        ("a List<String> and a[i](j)", "a List<String> and ai"),
        ("nothing special: 3 < 4, x*y, `code`", "nothing special: 3 < 4, x*y, `code`"),
    ],
)
def test_what_would_come_to_life_becomes_plain_words(text: str, plain: str) -> None:
    assert defuse(text) == plain


@pytest.mark.parametrize("prefix", OURS)
def test_our_own_addresses_stay(prefix: str) -> None:
    assert defuse(f"see {prefix}x for more") == f"see {prefix}x for more"


@pytest.mark.parametrize(
    "address",
    [
        "http://cwe.mitre.org/data/definitions/89.html",
        "https://cwe.mitre.org/data/definitions/../../evil",
        "https://cwe.mitre.org/data/definitions/89.html?next=evil",
        "https://cwe.mitre.org.evil.example/data/definitions/89.html",
        "https://docs.zizmor.sh@evil.example/",
    ],
)
def test_what_only_looks_like_ours_is_not(address: str) -> None:
    assert not ours(address)
    assert "://" not in defuse(address)


@settings(max_examples=150)
@given(st.lists(st.sampled_from(PIECES), max_size=24).map("".join))
def test_defusing_leaves_nothing_live_and_twice_changes_nothing(text: str) -> None:
    plain = defuse(text)

    assert defuse(plain) == plain
    assert not re.search(r"\[[^\[\]]*\]\([^()]*\)|://|@[A-Za-z0-9]|<a\b[^<>]*>|<!--", plain)


def test_the_hostile_sample_is_defused() -> None:
    plain = defuse(HOSTILE)

    assert not re.search(r"https?://|@\w|<img|<!--|\x1b|\u202e|\]\(", plain)
    assert "ghp_0" not in plain


@pytest.mark.parametrize(
    "text", ["[" * 20_000, "<a" * 10_000, "[a](" * 5_000, "<!--" * 5_000, "www." * 10_000, "a" * 100_000, "@" * 50_000]
)
def test_hostile_lengths_take_no_time(text: str) -> None:
    began = time.process_time()
    defuse(text)

    assert time.process_time() - began < 2


@pytest.mark.parametrize("key", KEYS)
def test_known_and_random_keys_are_starred_wherever_they_stand(key: str) -> None:
    for text in (key, f"token={key}", f'x = "{key}"', f"({key})", f"a {key}."):
        masked = mask(text)

        assert key not in masked
        assert key[8:] not in masked
        assert len(masked) == len(text)


def test_values_of_secret_names_are_starred() -> None:
    assert mask('db_password = "correcthorse"') == 'db_password = "************"'
    assert mask("api_key: 'abcdefgh'") == "api_key: '********'"
    assert mask("postgres://bob:hunter2@db/x") == "postgres://bob:*******@db/x"


def test_private_keys_are_starred_line_by_line() -> None:
    masked = mask("-----BEGIN RSA PRIVATE KEY-----\nMIIEabc\nMIIEdefgh\n-----END RSA PRIVATE KEY-----")

    assert masked.split("\n") == ["-----BEGIN RSA PRIVATE KEY-----", "*******", "*********", "-----END RSA PRIVATE KEY-----"]


@pytest.mark.parametrize(
    "text",
    [
        "actions/checkout@a1b2c3d4e5f60718293a4b5c6d7e8f9001122334",
        "sha256:9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08",
        "AbstractSingletonProxyFactoryBeanDefinitionParser",
        "src/components/UserProfileSettings/index.tsx",
        'password = "${DB_PASSWORD}"',
        'token = "<your token here>"',
        "test_that_the_parser_reports_the_first_error",
    ],
)
def test_names_digests_and_placeholders_stay(text: str) -> None:
    assert mask(text) == text


@settings(max_examples=80)
@given(st.text(alphabet=st.characters(codec="utf-8"), max_size=300))
def test_masking_moves_nothing(text: str) -> None:
    masked = mask(text)

    assert len(masked) == len(text)
    assert [i for i, c in enumerate(masked) if c == "\n"] == [i for i, c in enumerate(text) if c == "\n"]
    assert mask(masked) == masked


def test_an_excerpt_is_masked_before_it_is_cut() -> None:
    assert excerpt("key AKIAIOSFODNN7EXAMPLE", 14) == "key AKIA*****…"
