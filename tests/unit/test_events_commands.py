"""The grammar of commands in comments."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fusion.events.commands import HELP, STATES, Command, Unknown, Verb, addressed, find
from fusion.model import State
from fusion.render.text import one_line

SLUG = "fusion-bot"


def read(text: str) -> Command | Unknown | None:
    return find(text, app_slug=SLUG)


@pytest.mark.parametrize(
    ("text", "command"),
    [
        ("/fusion review", Command(verb=Verb.REVIEW)),
        ("/fusion review full", Command(verb=Verb.REVIEW, full=True)),
        ("/Fusion  REVIEW\tFull ", Command(verb=Verb.REVIEW, full=True)),
        ("   /fusion status", Command(verb=Verb.STATUS)),
        ("/fusion", Command(verb=Verb.HELP)),
        ("@fusion-bot", Command(verb=Verb.HELP)),
        ("@Fusion-Bot, pause", Command(verb=Verb.PAUSE)),
        ("@fusion-bot[bot]: resume", Command(verb=Verb.RESUME)),
        ("/fusion\u00a0ignore", Command(verb=Verb.IGNORE)),
        ("\ufeff\u200b/fusion help", Command(verb=Verb.HELP)),
        ("/fusion explain", Command(verb=Verb.EXPLAIN)),
        ("/fusion explain `AB12cd`", Command(verb=Verb.EXPLAIN, fingerprint="ab12cd")),
        ("/fusion reopen " + "f" * 64, Command(verb=Verb.REOPEN, fingerprint="f" * 64)),
        ("/fusion dismiss", Command(verb=Verb.DISMISS, state=State.WONT_FIX)),
        ("/fusion dismiss dead as incorrect", Command(verb=Verb.DISMISS, fingerprint="dead", state=State.INCORRECT)),
        ("/fusion dismiss AS Duplicate", Command(verb=Verb.DISMISS, state=State.DUPLICATE)),
        (
            "/fusion dismiss as wont-fix because  it is   as intended ",
            Command(verb=Verb.DISMISS, state=State.WONT_FIX, because="it is as intended"),
        ),
        (
            "/fusion dismiss because x\u202ey `@all` <!--",
            Command(verb=Verb.DISMISS, state=State.WONT_FIX, because="x<U+202E>y `@all` <!--"),
        ),
        ("First.\r\n\r\n/fusion pause\r\n/fusion resume", Command(verb=Verb.PAUSE)),
        ("```\n/fusion pause\n```\n/fusion status", Command(verb=Verb.STATUS)),
        ("<!-- /fusion pause -->\n/fusion status", Command(verb=Verb.STATUS)),
        ("``` a`b ```\n/fusion status", Command(verb=Verb.STATUS)),
    ],
)
def test_commands_are_understood(text: str, command: Command) -> None:
    assert read(text) == command


@pytest.mark.parametrize(
    "text",
    [
        "",
        "please /fusion review",
        "/fusionreview",
        "/fusion-review",
        "/fusion/review",
        "@fusion-bot-two review",
        "@fusion-bot/team review",
        "@fusion review",
        "> /fusion review",
        "- /fusion review",
        "`/fusion review`",
        "    /fusion review",
        "\t/fusion review",
        "```\n/fusion review\n```",
        "~~~~ sh\n/fusion review\n~~~\n/fusion review",
        "````\n```\n/fusion review\n````",
        "```\n/fusion review",
        "```\n``` x\n/fusion review\n```",
        "```\n       ```\n/fusion review",
        "- ```\n  /fusion review\n  ```",
        "1. ```\n   /fusion review\n     ```",
        "<!--\n/fusion review\n-->",
        "text <!-- x --> <!--\n/fusion review",
        "<!--\n```\n-->\n<!--\n/fusion review",
        "one\u2028/fusion review",
        "one\x0b/fusion review",
    ],
)
def test_what_readers_do_not_take_for_a_command_is_none(text: str) -> None:
    assert read(text) is None


@pytest.mark.parametrize(
    ("text", "what", "nearest"),
    [
        ("/fusion reveiw", "reveiw", "/fusion review"),
        ("/fusion frobnicate", "frobnicate", ""),
        ("/fusion review ful", "ful", "/fusion review full"),
        ("/fusion review please", "please", "/fusion review"),
        ("/fusion pause for now", "for", "/fusion pause"),
        ("/fusion dismiss incorrect", "incorrect", "/fusion dismiss as incorrect"),
        ("/fusion dismiss as wontfix", "wontfix", "/fusion dismiss as wont-fix"),
        ("/fusion dismiss as open", "open", ""),
        ("/fusion dismiss as", "as", ""),
        ("/fusion dismiss because", "because", "/fusion dismiss because ..."),
        ("/fusion explain abc", "abc", "/fusion explain"),
        ("/fusion explain " + "a" * 65, "a" * 59 + "…", "/fusion explain"),
        ("/fusion explain ab12 ab13", "ab13", "/fusion explain"),
        ("/fusion re\u200bview", "re<U+200B>view", "/fusion review"),
        ("/fusion review\U000e0041", "review<U+E0041>", "/fusion review"),
        ("/fusion rm -rf /", "rm", ""),
    ],
)
def test_what_is_not_understood_is_named(text: str, what: str, nearest: str) -> None:
    assert read(text) == Unknown(what=what, nearest=nearest)


def test_without_a_slug_mentions_are_nothing() -> None:
    assert find("@ review\n@fusion-bot review", app_slug="") is None
    assert find("/fusion review", app_slug="") == Command(verb=Verb.REVIEW)


def test_a_slug_is_no_pattern() -> None:
    assert find("@axb help", app_slug="a.b") is None


def test_help_names_every_verb_and_state() -> None:
    rows = [line for line in HELP.splitlines() if line.startswith("| `/fusion ")]
    assert [row.split()[2].strip("`") for row in rows] == [verb.value for verb in Verb]
    assert all(row.replace(r"\|", "").count("|") == 3 for row in rows)
    assert r"\|".join(STATES) in HELP


@pytest.mark.parametrize("character", ["`", "<!--", "\u200b", "/fusion ", "@", "-", "- ", "\n```", "> "])
def test_the_longest_comment_is_read_in_one_pass(character: str) -> None:
    text = character * (65_536 // len(character))
    find(text, app_slug=SLUG)
    assert find("/fusion pause\n" + text, app_slug=SLUG) == Command(verb=Verb.PAUSE)
    assert len(addressed("/fusion " + text, app_slug=SLUG) or "") <= 2_000


PIECES = st.lists(
    st.sampled_from(
        ["/fusion", "@fusion-bot", " ", "\n", "\r\n", "```", "~~~", "<!--", "-->", "> ", "review", "full", "dismiss"]
    )
    | st.sampled_from(["as", "because", "incorrect", "ab12", "\u200b", "\u202e", "\t", ",", "- ", "\x1c", "\ud800"])
    | st.text(max_size=3),
    max_size=20,
).map("".join)


@settings(max_examples=300, deadline=None)
@given(PIECES)
def test_the_line_that_is_kept_says_what_the_comment_said(text: str) -> None:
    line = addressed(text, app_slug=SLUG)
    found = read(text)
    assert (line is None) == (found is None)
    if line is None:
        return
    assert "\n" not in line
    assert read(line) == found
    said = found.because if isinstance(found, Command) else found.what if found else ""
    assert said == one_line(said)
    assert len(said) <= 300


@settings(max_examples=200, deadline=None)
@given(
    st.sampled_from(["/fusion", "@fusion-bot"]),
    st.none() | st.text("0123456789abcdef", min_size=4, max_size=64),
    st.none() | st.sampled_from(sorted(STATES)),
    st.none() | st.text(st.characters(min_codepoint=33, max_codepoint=126), min_size=1, max_size=300),
)
def test_whatever_is_written_comes_back(start: str, fingerprint: str | None, state: str | None, reason: str | None) -> None:
    parts = [start, "dismiss", fingerprint, state and f"as {state}", reason and f"because {reason}"]
    assert read(" ".join(filter(None, parts))) == Command(
        verb=Verb.DISMISS,
        fingerprint=fingerprint or "",
        state=STATES[state or "wont-fix"],
        because=reason or "",
    )
