"""Which quote is open at the end of a text, by the rules of the language that will read it."""

from __future__ import annotations


def open_quote(lead: str, quotes: str, *, backslash: str = "") -> str:
    """The quote of `quotes` that is open at the end of `lead`, or nothing.

    A doubled quote closes and opens again, which comes to the same. `backslash` are the quotes within which a backslash takes
    the next character's meaning; with a space among them, outside quotes too.
    """
    open_ = ""
    skipped = False
    for character in lead:
        if skipped:
            skipped = False
        elif character == "\\" and (open_ or " ") in backslash:
            skipped = True
        elif open_:
            if character == open_:
                open_ = ""
        elif character in quotes:
            open_ = character
    return open_


def stays_quoted(lead: str | None, separator: str) -> bool:
    """Whether, in a joined text, the same quote is open before the hostile part of the first element and of all others."""
    open_ = open_quote(lead, "'\"") if lead else ""
    return bool(lead and open_) and open_quote(separator + (lead or ""), "'\"") == open_


def open_sql(lead: str) -> str:
    """What is open at the end of an SQL text: a quote, a comment (`--` or `/*`), or nothing."""
    open_ = ""
    place = 0
    while place < len(lead):
        two = lead[place : place + 2]
        if open_ == "--":
            open_ = "" if lead[place] == "\n" else open_
        elif open_ == "/*":
            if two == "*/":
                open_ = ""
                place += 1
        elif open_:
            open_ = "" if lead[place] == open_ else open_
        elif two in ("--", "/*"):
            open_ = two
            place += 1
        elif lead[place] in "'\"`":
            open_ = lead[place]
        place += 1
    return open_


def closing(old: str, new: str) -> frozenset[str]:
    """The quotes that text cannot leave once each such quote in it has become `new`: `''` for SQL, `', "'", '` for XPath.

    With a leading `$`, those of a shell (`'"'"'`).
    """
    if old not in ("'", '"'):
        return frozenset()
    found = {old} if open_quote(old + new, "'\"") == old else set()
    if open_shell(old + new) == old == "'":
        found.add("$'")
    return frozenset(found)


def open_shell(lead: str) -> str:
    """The quote that is open at the end of a command line for a POSIX shell."""
    return open_quote(lead, "'\"", backslash='" ')


def open_program(lead: str) -> str:
    """The string quote that is open at the end of a piece of Python or JavaScript."""
    return open_quote(lead, "'\"`", backslash="'\"`")
