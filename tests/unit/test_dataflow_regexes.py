"""What checks by regular expressions show. Python's own `re` is the judge."""

from __future__ import annotations

import re
import string
import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fusion.dataflow.contexts.limits import ANY, WIDE, WORD, Limits
from fusion.dataflow.patterns.checks import rejects, replaces, restricts, substitutes
from fusion.dataflow.patterns.reader import MAX_DEPTH

LETTERS = "ab./;-^\\\n'K\u212aé0_"
"""What the texts of the property tests are made of: they should run into each other's patterns often."""

atoms = st.sampled_from(
    [
        *(
            "a",
            "b",
            r"\.",
            "/",
            ";",
            "-",
            r"\\",
            "'",
            ".",
            r"\w",
            r"\W",
            r"\d",
            r"\s",
            r"\S",
            "k",
            "é",
            "[ab]",
            "[^ab]",
            "[a-z]",
        ),
        *("[^;]", "[./]", r"[\w.-]", r"[^\w/]", r"[\s\S]", "[k-é]", r"\x2e", r"\n", "(?:)", "_", r"[^\W_]", "[^k]"),
        *(
            "^",
            "$",
            r"\A",
            r"\Z",
            r"\b",
            "(?!a)",
            r"(?!\.\.)",
            r"(?!.*\.\.)",
            r"(?!.*;)",
            "(?=a)",
            "(?<!a)",
            "(?!^b)",
            r"(?!/)",
        ),
    ]
)


def grown(children: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    repeats = st.sampled_from(["*", "+", "?", "{2}", "{1,3}", "{,2}", "*?", "+?", "++", "{0}"])
    return st.one_of(
        st.lists(children, min_size=1, max_size=4).map("".join),
        st.lists(children, min_size=2, max_size=3).map(lambda parts: f"(?:{'|'.join(parts)})"),
        st.builds(lambda part, repeat: f"({part}){repeat}", children, repeats),
        st.builds(lambda part: f"(?>{part})", children),
        st.builds(lambda part: f"(?i:{part})", children),
    )


inner = st.recursive(atoms, grown, max_leaves=8)
patterns = st.one_of(inner, inner.map(lambda part: f"^{part}$"), inner.map(lambda part: rf"\A{part}\Z"), inner.map("^".__add__))
texts = st.text(LETTERS, max_size=7)
flags = st.sampled_from(["", "", "i", "m", "s", "a", "ims"])
modes = st.sampled_from(["match", "fullmatch", "search"])


def compiled(pattern: str, letters: str) -> re.Pattern[str] | None:
    try:
        return re.compile(pattern, sum(getattr(re, letter.upper()) for letter in letters))
    except re.error:
        return None


def violated(limits: Limits, text: str) -> str:
    """What the text shows to be untrue; empty when it keeps to the limits."""
    for character in text:
        if (
            limits.allowed is not None
            and character not in limits.allowed
            and (character.isascii() or WIDE not in limits.allowed)
        ):
            return f"{character!r} is not allowed"
    for absent in limits.absent:
        if text.startswith(absent[1:]) if len(absent) > 1 and absent[0] == "^" else absent in text:
            return f"{absent!r} is not absent"
    return "" if text.startswith(limits.start) else f"it does not start with {limits.start!r}"


@settings(max_examples=700, deadline=None)
@given(pattern=patterns, letters=flags, mode=modes, found=st.lists(texts, min_size=8, max_size=8))
def test_what_matches_keeps_to_the_limits_and_so_does_what_does_not(
    pattern: str, letters: str, mode: str, found: list[str]
) -> None:
    expression = compiled(pattern, letters)
    if expression is None:
        return
    restricted, rejected = restricts(pattern, letters, mode, "python"), rejects(pattern, letters, mode, "python")
    for text in found:
        if getattr(expression, mode)(text):
            # `$` lets a line end through, on purpose.
            assert not violated(restricted, text) or not violated(restricted, text.removesuffix("\n")), text
        else:
            assert not violated(rejected, text), text


@settings(max_examples=400, deadline=None)
@given(
    pattern=patterns,
    letters=flags,
    replacement=st.sampled_from(["", "", "_", ".", r"\\", "&lt;", r"\g<0>", "a;"]),
    everywhere=st.booleans(),
    found=st.lists(texts, min_size=8, max_size=8),
)
def test_what_is_replaced_keeps_to_the_limits(
    pattern: str, letters: str, replacement: str, everywhere: bool, found: list[str]
) -> None:
    expression = compiled(pattern, letters)
    if expression is None:
        return
    limits = substitutes(pattern, letters, replacement, "python", everywhere)
    for text in found:
        result = expression.sub(replacement, text, count=0 if everywhere else 1)
        assert not violated(limits, result), (text, result)


@settings(max_examples=400, deadline=None)
@given(
    pattern=st.text(r"()[]{}|\*+?^$.-:=!<>#,0123abswWduxpPkNiq/" + "\n&~é", max_size=14),
    letters=st.text("imsxuvgyLé", max_size=3),
)
def test_any_text_is_taken_as_a_pattern(pattern: str, letters: str) -> None:
    for language in ("python", "javascript"):
        for mode in ("match", "fullmatch", "search"):
            restricts(pattern, letters, mode, language)
            rejects(pattern, letters, mode, language)
        substitutes(pattern, letters, pattern, language, True)


@pytest.mark.parametrize(
    ("pattern", "mode", "characters"),
    [
        (r"^[a-z]+$", "search", string.ascii_lowercase),
        (r"[a-z0-9]+", "fullmatch", string.ascii_lowercase + string.digits),
        (r"\A(?:on|off)\Z", "match", "onf"),
        (r"[a-c]{2,900}$", "match", "abc"),
        (r"^(?P<year>[0-9]{4})-(?P<month>[0-9]{2})$", "match", string.digits + "-"),
        (r"(?x) ^ [ab]+ # letters" + "\n $", "search", "ab"),
        (r"(?i)^[ab]+$", "search", "abAB"),
    ],
)
def test_an_anchored_pattern_confines_the_characters(pattern: str, mode: str, characters: str) -> None:
    assert restricts(pattern, "", mode, "python").allowed == frozenset(characters)


@pytest.mark.parametrize(
    ("pattern", "flags", "mode"),
    [
        ("[a-z]+", "", "search"),
        ("[a-z]+", "", "match"),
        ("[a-z]+$", "", "search"),
        ("^[a-z]+$", "m", "search"),
        ("(?m)^[a-z]+$", "", "search"),
        ("^[a-z]+$|x", "", "search"),
        ("^.*$", "s", "search"),
        ("([a-z", "", "search"),
        (r"^(a)\1(?(1)b|c)$", "", "search"),
        ("(" * (MAX_DEPTH + 1) + "a" + ")" * (MAX_DEPTH + 1), "", "fullmatch"),
        ("a" * 2001, "", "fullmatch"),
        ("a", "q", "fullmatch"),
    ],
)
def test_what_does_not_confine(pattern: str, flags: str, mode: str) -> None:
    limits = restricts(pattern, flags, mode, "python")
    assert limits.allowed is None
    assert not limits.lacks(";")


def test_what_cannot_stand_side_by_side() -> None:
    limits = restricts(r"^[a-z]+\.[a-z]+$", "", "search", "python")
    assert not limits.lacks(".")
    assert limits.lacks("..")
    assert not restricts(r"^[a-z.]+$", "", "search", "python").lacks("..")
    assert restricts(r"^(?!.*\.\.)[a-z.]+$", "", "search", "javascript").lacks("..")


def test_a_dot_lets_a_line_end_past_a_look_ahead() -> None:
    assert not restricts(r"^(?!.*\.\.)[\s\S]+$", "", "search", "python").lacks("..")


def test_the_start_is_known_where_the_end_is_not() -> None:
    limits = restricts(r"https://example\.com/", "", "match", "python")
    assert limits.start == "https://example.com/"
    assert limits.allowed is None
    assert restricts(r"^https://example\.com", "", "search", "javascript").start == "https://example.com"
    assert restricts(r"^https?://example\.com", "", "search", "javascript").start == "http"
    assert restricts(r"example\.com", "", "search", "javascript").start == ""


def test_a_path_that_is_no_host() -> None:
    for pattern in (r"^\/(?![\/\\])", r"^\/[^\/\\]", r"^\/(?!\/|\\)"):
        limits = restricts(pattern, "", "search", "javascript")
        assert limits.start == "/"
        assert limits.begins_without("//")
        assert limits.begins_without("/\\")
    assert not restricts(r"^\/(?!\/)", "", "search", "javascript").begins_without("/\\")


def test_word_characters_go_beyond_ascii_in_python() -> None:
    limits = restricts(r"^\w+$", "", "match", "python")
    assert limits.is_made_of(WORD | {WIDE})
    assert not limits.is_made_of(WORD)
    assert restricts(r"^\w+$", "a", "match", "python").is_made_of(WORD)
    assert restricts(r"^\w+$", "", "search", "javascript").is_made_of(WORD)
    assert not restricts(r"^\w+$", "iu", "search", "javascript").is_made_of(WORD)


@pytest.mark.parametrize(
    ("pattern", "flags", "absent"),
    [
        ("[;&|<>]", "", (";", "&", "|", "<", ">")),
        (r"\.\.", "", ("..", "../")),
        (r"(\.\.|/|\\)", "", ("..", "/", "\\")),
        (r"\.{2,}", "", ("..",)),
        (r"[\s\S]*;", "", (";",)),
        (r"__proto__|constructor|prototype", "g", ("__proto__", "constructor", "prototype")),
        (r"[^a-z]", "", ("A", "/", "é")),
    ],
)
def test_what_was_looked_for_and_not_found_is_absent(pattern: str, flags: str, absent: tuple[str, ...]) -> None:
    limits = rejects(pattern, flags, "search", "javascript")
    assert [text for text in absent if not limits.lacks(text)] == []


def test_not_found_at_the_start() -> None:
    limits = rejects("^(?:[a-z]+:)?//", "i", "search", "javascript")
    assert limits.begins_without("//")
    assert not limits.lacks("//")
    assert rejects("//", "", "match", "python").begins_without("//")


@pytest.mark.parametrize("pattern", [r"\.\.$", ";(?=a)", r"(;)\1", "^;$", ".*;", "^a;", r"\b;"])
def test_what_is_not_found_may_be_there_in_another_place(pattern: str) -> None:
    assert not rejects(pattern, "", "match", "python").lacks(";")
    assert not rejects(pattern, "", "match", "python").lacks("..")


@pytest.mark.parametrize(
    ("pattern", "replacement", "gone", "left"),
    [
        ("[^a-z]", "", "/.;'", "a"),
        ("[^a-z]", "_", "/.;'", "a_"),
        ("['\"]", "", "'\"", "/\\"),
        ("<", "&lt;", "<", "&;>"),
        ("'", "''", "", "'"),
        (r"(['\\])", r"\\\1", "", "'\\"),
        ("(;|)", "", "", "x"),
    ],
)
def test_what_is_replaced_is_gone(pattern: str, replacement: str, gone: str, left: str) -> None:
    limits = substitutes(pattern, "", replacement, "python", True)
    assert [character for character in gone if not limits.lacks(character)] == []
    assert [character for character in left if limits.lacks(character)] == []


def test_the_first_replacement_only() -> None:
    assert substitutes("<", "", "", "javascript", False) == ANY
    assert substitutes("^/+", "", "", "python", False).begins_without("/")
    assert not substitutes("^/", "", "", "python", False).begins_without("/")
    assert substitutes("[<>]", "g", "$&", "javascript", True) == ANY
    assert substitutes("[<>]", "g", "$$", "javascript", True).lacks("<")


def test_taking_out_a_text_joins_what_stood_around_it() -> None:
    assert not replaces("../", "").lacks("../")
    assert replaces("..", "_").lacks("..")
    assert replaces("/", "").lacks("/")
    assert not replaces("/", "", all=False).lacks("/")
    assert replaces("", "x") == ANY
    assert not replaces("a", "\\1/").lacks("\\")


def test_one_replacement_after_another() -> None:
    limits = replaces("<", "&lt;").rewritten("&gt;").both(replaces(">", "&gt;"))
    assert limits.lacks("<")
    assert limits.lacks(">")
    assert not limits.lacks("&")


@pytest.mark.parametrize(
    ("pattern", "flags"),
    [("^[[a-z]--[aeiou]]$", "v"), ("^a{1$", "u"), (r"^\p$", "u"), (r"^\8$", "u"), ("^(?<n>a$", ""), ("a)", "")],
)
def test_javascript_that_is_not_understood(pattern: str, flags: str) -> None:
    assert not restricts(pattern, flags, "search", "javascript").lacks(";")


@pytest.mark.parametrize(
    ("pattern", "flags", "allowed"),
    [
        (r"^\u{61}$", "u", "a"),
        (r"^\x61\/$", "", "a/"),
        ("^(?<n>[ab]+)$", "", "ab"),
        ("^a{$", "", "a{"),
        ("^[^]$", "", None),
        (r"^(?<n>a)\k<n>$", "", None),
        (r"^\cJ$", "", "\n"),
        ("^[\\w-.]$", "", "".join(sorted(WORD)) + "-."),
    ],
)
def test_javascript_that_is(pattern: str, flags: str, allowed: str | None) -> None:
    assert restricts(pattern, flags, "search", "javascript").allowed == (None if allowed is None else frozenset(allowed))


def test_a_hostile_pattern_costs_little() -> None:
    begin = time.process_time()
    for pattern in (
        "(a{60}){60}",
        "((((a*)*)*)*)*" * 100,
        "(?:a|b|" * 39,
        "[" * 1999,
        "a?" * 900,
        "^(" + "|".join("ab" * 400) + ")+$",
    ):
        restricts(pattern, "", "search", "python")
        rejects(pattern, "", "search", "python")
        substitutes(pattern, "", "", "python", True)
    assert time.process_time() - begin < 5
