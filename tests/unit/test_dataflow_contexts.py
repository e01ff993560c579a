"""Which text hurts where. Each line is a place, what is known of the text there, and whether that suffices."""

from __future__ import annotations

import string

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fusion.dataflow.contexts.harmless import harmless
from fusion.dataflow.contexts.limits import ANY, WIDE, WORD, Limits
from fusion.dataflow.contexts.pages import standing
from fusion.dataflow.knowledge.schema import Kind
from fusion.dataflow.patterns.checks import rejects, restricts
from tests.fakes.dataflow import marked

WORDS = Limits(WORD)
DIGITS = Limits(frozenset(string.digits))
UUID = restricts(r"^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$", "", "search", "javascript")


def without(*texts: str) -> Limits:
    return Limits(None, frozenset(texts))


def starting(text: str, *absent: str) -> Limits:
    return Limits(None, frozenset(absent), text)


HARMLESS = [
    (Kind.PATH_TRAVERSAL, "/srv/files/", without("..")),
    (Kind.PATH_TRAVERSAL, "/srv/files/", without("/", "\\")),
    (Kind.PATH_TRAVERSAL, "", without("..", "^/")),
    (Kind.PATH_TRAVERSAL, "", starting("/srv/public/", "..")),
    (Kind.PATH_TRAVERSAL, None, restricts(r"^[a-z0-9]+\.(png|jpg)$", "", "search", "javascript")),
    (Kind.PATH_TRAVERSAL, "\ufffc/", restricts(r"[\w.-]+", "", "fullmatch", "python")),
    (Kind.OPEN_REDIRECT, "https://example.com/", ANY),
    (Kind.OPEN_REDIRECT, "https://example.com?next=", ANY),
    (Kind.OPEN_REDIRECT, "https://\ufffc/profile/", ANY),
    (Kind.OPEN_REDIRECT, "\ufffc/", ANY),
    (Kind.OPEN_REDIRECT, "/profile/", ANY),
    (Kind.OPEN_REDIRECT, "/", without("^/", "^\\")),
    (Kind.OPEN_REDIRECT, "?page=", ANY),
    (Kind.OPEN_REDIRECT, "page.html#", ANY),
    (Kind.OPEN_REDIRECT, "profile/", ANY),
    (Kind.OPEN_REDIRECT, "", starting("/", "^//")),
    (Kind.OPEN_REDIRECT, "", starting("https://example.com/")),
    (Kind.OPEN_REDIRECT, "", WORDS),
    (Kind.OPEN_REDIRECT, "", without(":", "//", "\\")),
    (Kind.REQUEST_FORGERY, "https://api.example.com/users/", ANY),
    (Kind.REQUEST_FORGERY, "https://example.com", starting("/")),
    (Kind.REQUEST_FORGERY, "https://example.com:", DIGITS),
    (Kind.REQUEST_FORGERY, "https://", restricts(r"^[a-z]{2}-[a-z]{1,12}-\d$", "", "search", "javascript")),
    (Kind.SQL_INJECTION, "SELECT * FROM t WHERE name = '", without("'", "\\")),
    (Kind.SQL_INJECTION, "SELECT 'it''s', \"", without('"', "\\")),
    (Kind.SQL_INJECTION, "SELECT * FROM t WHERE name LIKE '%", without("'", "\\")),
    (Kind.SQL_INJECTION, "SELECT * FROM ", WORDS),
    (Kind.SQL_INJECTION, "SELECT * FROM ", restricts(r"\w+(\.\w+)?", "", "fullmatch", "python")),
    (Kind.SQL_INJECTION, "SELECT * FROM t WHERE id IN (", Limits(frozenset("0123456789,"))),
    (Kind.SQL_INJECTION, None, UUID),
    (Kind.LDAP_INJECTION, "(&(objectClass=person)(uid=", without("(", ")", "*", "\\", "\0")),
    (Kind.LDAP_INJECTION, "uid=", without(*',+"\\<>;=')),
    (Kind.LDAP_INJECTION, None, restricts("^[a-z.@-]+$", "", "search", "python")),
    (Kind.XPATH_INJECTION, "//user[@name='", without("'")),
    (Kind.XPATH_INJECTION, '//user[@name="', without('"')),
    (Kind.XPATH_INJECTION, "//", Limits(WORD | {"-"})),
    (Kind.COMMAND_INJECTION, "ping -c 1 ", restricts(r"^[\w.:-]+$", "", "search", "javascript")),
    (Kind.COMMAND_INJECTION, "echo '", without("'")),
    (Kind.COMMAND_INJECTION, 'echo "', without('"', "$", "`", "\\")),
    (Kind.COMMAND_INJECTION, "echo \\'", WORDS),
    (Kind.CROSS_SITE_SCRIPTING, "", without("<")),
    (Kind.CROSS_SITE_SCRIPTING, "<p>Hello ", without("<")),
    (Kind.CROSS_SITE_SCRIPTING, '<p title="', without('"')),
    (Kind.CROSS_SITE_SCRIPTING, "<p title='a' lang=en><b class='", without("'")),
    (Kind.CROSS_SITE_SCRIPTING, "<p title=", Limits(WORD | {"-"})),
    (Kind.CROSS_SITE_SCRIPTING, '<a href="/search?q=', without('"')),
    (Kind.CROSS_SITE_SCRIPTING, '<a href="', starting("https://", '"')),
    (Kind.CROSS_SITE_SCRIPTING, '<a href="', without('"', ":")),
    (Kind.CROSS_SITE_SCRIPTING, '<a href="', starting("http", '"')),
    (Kind.CROSS_SITE_SCRIPTING, "<script>let name = '", without("'", "\\", "\n", "<")),
    (Kind.CROSS_SITE_SCRIPTING, "<script>let count = ", DIGITS),
    (Kind.CROSS_SITE_SCRIPTING, "<script>if (a < b) f('<p>')</script><p>", without("<")),
    (Kind.CROSS_SITE_SCRIPTING, "<!-- ", without(">")),
    (Kind.CROSS_SITE_SCRIPTING, "<p onclick=\"f('", WORDS),
    (Kind.CROSS_SITE_SCRIPTING, None, without("<", '"', "'")),
    (Kind.CODE_INJECTION, "print('", without("'", "\\", "\n", "\r")),
    (Kind.CODE_INJECTION, "f(`", without("`", "\\", "${")),
    (Kind.CODE_INJECTION, "", restricts(r"^[\d+*/(). -]+$", "", "search", "javascript")),
    (Kind.TEMPLATE_INJECTION, "<p>", without("{")),
    (Kind.TEMPLATE_INJECTION, None, without("{{", "{%")),
    (Kind.PROTOTYPE_POLLUTION, "", rejects("__proto__|constructor|prototype", "", "search", "javascript")),
    (Kind.PROTOTYPE_POLLUTION, "user_", ANY),
    (Kind.PROTOTYPE_POLLUTION, "", DIGITS),
    (Kind.TRUST_BOUNDARY, "", restricts(r"^[\w .-]+$", "", "search", "javascript")),
    (Kind.XML_EXTERNAL_ENTITIES, "<user><name>", ANY),
    (Kind.XML_EXTERNAL_ENTITIES, "", without("<")),
    (Kind.DESERIALIZATION, "", WORDS),
]

HURTS = [
    (Kind.PATH_TRAVERSAL, "/srv/files/", without("../")),
    (Kind.PATH_TRAVERSAL, "/srv/files/", without("/")),
    (Kind.PATH_TRAVERSAL, "", without("..")),
    (Kind.PATH_TRAVERSAL, None, without("..")),
    (Kind.PATH_TRAVERSAL, "", starting("/", "..")),
    (Kind.OPEN_REDIRECT, "", ANY),
    (Kind.OPEN_REDIRECT, None, WORDS),
    (Kind.OPEN_REDIRECT, "/", ANY),
    (Kind.OPEN_REDIRECT, "//", Limits(WORD | {"."})),
    (Kind.OPEN_REDIRECT, "https://example.com", WORDS),
    (Kind.OPEN_REDIRECT, "https://api.", WORDS),
    (Kind.OPEN_REDIRECT, "https://example.com", ANY),
    (Kind.OPEN_REDIRECT, "\ufffc", ANY),
    (Kind.OPEN_REDIRECT, "", starting("/")),
    (Kind.OPEN_REDIRECT, "", starting("https://example.com")),
    (Kind.OPEN_REDIRECT, "", without("//")),
    (Kind.OPEN_REDIRECT, "", without(":")),
    (Kind.REQUEST_FORGERY, "http://", Limits(frozenset("0123456789."))),
    (Kind.REQUEST_FORGERY, "https://user@", ANY),
    (Kind.REQUEST_FORGERY, "https://example.com:", ANY),
    (Kind.SQL_INJECTION, "SELECT * FROM t WHERE name = '", without('"')),
    (Kind.SQL_INJECTION, "SELECT * FROM t WHERE name = '", without("'")),
    (Kind.SQL_INJECTION, "SELECT 'a' FROM ", without("'", '"', "\\")),
    (Kind.SQL_INJECTION, "SELECT ", Limits(WORD | frozenset("()"))),
    (Kind.SQL_INJECTION, "SELECT ", Limits(WORD | {"-"})),
    (Kind.SQL_INJECTION, None, without("'", "\\")),
    (Kind.LDAP_INJECTION, "(uid=", without("(", ")")),
    (Kind.LDAP_INJECTION, "", without("(", ")", "*")),
    (Kind.LDAP_INJECTION, "uid=", without("(", ")", "*")),
    (Kind.XPATH_INJECTION, "//user[@name='", without('"')),
    (Kind.XPATH_INJECTION, "//user[", without("'", '"')),
    (Kind.XPATH_INJECTION, None, without("'", '"')),
    (Kind.COMMAND_INJECTION, "ping ", without(";", "&", "|")),
    (Kind.COMMAND_INJECTION, "ping ", Limits(WORD | {" "})),
    (Kind.COMMAND_INJECTION, "echo '", without('"', "$", "`", "\\")),
    (Kind.COMMAND_INJECTION, 'echo "', without("'", '"')),
    (Kind.COMMAND_INJECTION, "", Limits(WORD | frozenset("./"))),
    (Kind.CROSS_SITE_SCRIPTING, "<p>", without("'", '"')),
    (Kind.CROSS_SITE_SCRIPTING, "<p title='", without('"', "<")),
    (Kind.CROSS_SITE_SCRIPTING, "<p title=", without("<", '"', "'")),
    (Kind.CROSS_SITE_SCRIPTING, '<a href="', without('"', "'", "<", ">")),
    (Kind.CROSS_SITE_SCRIPTING, '<a href="javascript:', without('"', "<", ":")),
    (Kind.CROSS_SITE_SCRIPTING, "<p onclick=\"f('", without("'", '"', "<")),
    (Kind.CROSS_SITE_SCRIPTING, "<script>let name = '", without("'", "\n", "<")),
    (Kind.CROSS_SITE_SCRIPTING, "<script>let name = ", without("'", '"', "\\", "\n", "<")),
    (Kind.CROSS_SITE_SCRIPTING, "<", Limits(WORD | {" "})),
    (Kind.CROSS_SITE_SCRIPTING, None, without("<")),
    (Kind.CODE_INJECTION, "print('", without("'", "\n")),
    (Kind.CODE_INJECTION, "", without("'", '"', "(")),
    (Kind.CODE_INJECTION, "", Limits(frozenset("[]()!+"))),
    (Kind.TEMPLATE_INJECTION, "<p>", without("<", ">", "'", '"', "&")),
    (Kind.TEMPLATE_INJECTION, "", without("{{")),
    (Kind.PROTOTYPE_POLLUTION, "", WORDS),
    (Kind.PROTOTYPE_POLLUTION, "", without("__proto__")),
    (Kind.PROTOTYPE_POLLUTION, "__", ANY),
    (Kind.TRUST_BOUNDARY, "", without("<")),
    (Kind.XML_EXTERNAL_ENTITIES, "", without("'")),
    (Kind.XML_EXTERNAL_ENTITIES, "<!DOCTYPE a [", ANY),
    (Kind.DESERIALIZATION, "", without("<", "!")),
    (Kind.WEAK_RANDOMNESS, "", DIGITS),
    (Kind.WEAK_HASH, "", WORDS),
    (Kind.INSECURE_COOKIE, "", WORDS),
]


@pytest.mark.parametrize(("kind", "lead", "limits"), HARMLESS)
def test_harmless(kind: Kind, lead: str | None, limits: Limits) -> None:
    reason = harmless(kind, lead, limits)
    assert reason
    assert reason[0].islower()
    assert not reason.endswith(".")


@pytest.mark.parametrize(("kind", "lead", "limits"), HURTS)
def test_hurts(kind: Kind, lead: str | None, limits: Limits) -> None:
    assert harmless(kind, lead, limits) == ""


PLACED = (Kind.OPEN_REDIRECT, Kind.REQUEST_FORGERY, Kind.PROTOTYPE_POLLUTION)
SETTINGS = (Kind.WEAK_HASH, Kind.WEAK_RANDOMNESS, Kind.INSECURE_COOKIE)


@pytest.mark.parametrize("kind", [kind for kind in Kind if kind not in (*PLACED, *SETTINGS)])
def test_words_are_harmless_everywhere_and_any_text_at_the_start_is_not(kind: Kind) -> None:
    for lead in (None, "", "a ", "a '", 'a "'):
        assert harmless(kind, lead, WORDS)
        assert harmless(kind, lead, Limits(WORD | {WIDE}))
    assert not harmless(kind, "", ANY)
    assert not harmless(kind, None, ANY)


leads = st.none() | st.text("ab<>='\"`/\\:?#@-*!;&|$ \n(){}\ufffc", max_size=12)
limits_ = st.builds(
    Limits,
    st.none() | st.frozensets(st.sampled_from([*"ab1/\\.'\"<>:;(){}- ", WIDE]), max_size=9),
    st.frozensets(st.sampled_from(["'", '"', "<", "..", "/", "\\", "^/", "^//", "{", ":", "//"]), max_size=4),
    st.sampled_from(["", "/", "https://a/"]),
)


@settings(max_examples=400, deadline=None)
@given(kind=st.sampled_from(list(Kind)), lead=leads)
def test_any_text_hurts_unless_the_place_alone_forbids_it(kind: Kind, lead: str | None) -> None:
    placed = (*PLACED, Kind.XML_EXTERNAL_ENTITIES)
    assert kind in placed or harmless(kind, lead, ANY) == ""


@settings(max_examples=300, deadline=None)
@given(kind=st.sampled_from(list(Kind)), lead=leads, limits=limits_, more=limits_)
def test_knowing_more_never_makes_it_worse(kind: Kind, lead: str | None, limits: Limits, more: Limits) -> None:
    both = limits.both(more)
    if both.start == limits.start and harmless(kind, lead, limits):
        assert harmless(kind, lead, both)


@pytest.mark.parametrize(
    ("lead", "place", "quote", "attribute"),
    [
        ("", "content", "", ""),
        ("a < b ", "content", "", ""),
        ("<p", "tag", "", ""),
        ("<p ", "tag", "", ""),
        ("<br/>x</p>", "content", "", ""),
        ("<p a='>' b=\"", "value", '"', "b"),
        ("<p a = ", "value", "", "a"),
        ("<p a=x ", "tag", "", ""),
        ("<SCRIPT>a", "script", "", ""),
        ("<style>a{color:", "style", "", ""),
        ("<!-- <script> -->", "content", "", ""),
        ("<!-- <p>", "comment", "", ""),
    ],
)
def test_where_a_text_stands_in_a_page(lead: str, place: str, quote: str, attribute: str) -> None:
    at = standing(lead)
    assert (at.place, at.quote, at.attribute) == (place, quote, attribute)


def test_quoted_elements_stay_quoted_in_a_joined_text() -> None:
    marked("""
        from flask import request
        from lxml import etree

        tree = etree.parse("shelf.xml")

        def literal(text):
            if '"' not in text:
                return f'"{text}"'
            return "concat(" + ", '\\"', ".join(f'"{part}"' for part in text.split('"')) + ")"

        def other_quote(text):
            return "concat(" + ", ".join(f"'{part}'" for part in text.split('"')) + ")"

        def view():
            tree.xpath("//book[@name=" + literal(request.args["name"]) + "]")
            tree.xpath("//book[@name=" + other_quote(request.args["name"]) + "]")  # expect: xpath-injection
    """)
