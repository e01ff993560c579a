"""What is known about a text, and how it is put together."""

from __future__ import annotations

from fusion.dataflow.contexts.limits import ANY, WIDE, WORD, Limits

AB = Limits(frozenset("ab"))


def test_nothing_is_known_of_any_text() -> None:
    assert not ANY.lacks("'")
    assert not ANY.begins_without("/")
    assert not ANY.is_made_of(WORD | {WIDE})


def test_the_characters_that_it_is_made_of() -> None:
    assert AB.lacks("c")
    assert AB.lacks("ac")
    assert not AB.lacks("ab")
    assert AB.is_made_of(WORD)
    assert not AB.is_made_of(frozenset("a"))
    wide = Limits(frozenset("a") | {WIDE})
    assert not wide.lacks("é")
    assert wide.lacks("b")
    assert not wide.is_made_of(WORD)
    assert wide.is_made_of(WORD | {WIDE})


def test_what_is_absent_takes_characters_away() -> None:
    assert Limits(frozenset("a/"), frozenset("/")).is_made_of(frozenset("a"))
    assert Limits(None, frozenset({".."})).lacks("../")
    assert not Limits(None, frozenset({"../"})).lacks("..")


def test_the_beginning() -> None:
    limits = Limits(None, frozenset({"^//", "^-"}), "/a")
    assert limits.begins_without("//")
    assert limits.begins_without("-x")
    assert limits.begins_without("b")
    assert limits.begins_without("/b")
    assert not limits.begins_without("/")
    assert not limits.begins_without("/a/b")
    assert not limits.lacks("-")
    assert Limits(None, frozenset("^")).lacks("^")


def test_both_hold() -> None:
    assert AB.both(ANY) == AB == ANY.both(AB)
    assert AB.both(Limits(frozenset("bc"))).allowed == frozenset("b")
    assert AB.both(Limits(frozenset("aé") | {WIDE})).allowed == frozenset("a")
    assert Limits(frozenset("aé")).both(Limits(frozenset("a") | {WIDE})).allowed == frozenset("aé")
    both = Limits(None, frozenset(";"), "/").both(Limits(None, frozenset("&"), "/a"))
    assert both == Limits(None, frozenset(";&"), "/a")


def test_one_of_the_two_holds() -> None:
    assert AB.either(ANY) is ANY
    assert AB.either(Limits(frozenset("c"))).allowed == frozenset("abc")
    either = Limits(None, frozenset(";&"), "/ab").either(Limits(frozenset("/c"), frozenset(), "/c"))
    assert either.lacks(";")
    assert either.start == "/"
    assert either.allowed is None


def test_rewritten_text() -> None:
    limits = Limits(frozenset("a;"), frozenset({"..", "^/", "<"}), "a").rewritten("-<")
    assert limits == Limits(frozenset("a;-<"), frozenset())
    assert Limits(None, frozenset("<'")).rewritten("&lt;") == Limits(None, frozenset("<'"))
    assert Limits(start="https://a?b&c").rewritten("&amp;", "&<").start == "https://a?b"
    assert Limits(start="<").rewritten("&lt;", "<") == ANY
