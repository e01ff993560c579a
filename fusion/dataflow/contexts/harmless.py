"""Why hostile text with certain limits cannot hurt where it stands: by the kind of weakness and the literal text before it.

The answer is a reason, a fragment of a sentence that a reader can check, or nothing when the text can hurt (or when it is not
known). The text before, the *lead*, is None where it is unknown, empty at the very start, and holds U+FFFC where a part of
it is unknown; such a part is taken to be well formed (balanced quotes, a whole address), since hostile parts are judged by
themselves. What follows the text is not looked at, so no verdict depends on it.

Text of letters, digits and underscores can hardly hurt anywhere: it ends no literal, begins no tag and names no host. The
exceptions are addresses (a host made of it is a host all the same: `http://localhost`) and keys of JavaScript objects
(`constructor` is such a word). Characters beyond ASCII count as letters. Formats that build objects (pickle, YAML) need marks
that a word lacks; nothing less is harmless there. A weak hash, cookie or random number stays weak whatever its text.
"""

from __future__ import annotations

import re
from collections.abc import Callable

from fusion.dataflow.contexts.addresses import host_is_fixed
from fusion.dataflow.contexts.limits import ANY, LOST, WIDE, WORD, Limits
from fusion.dataflow.contexts.pages import no_script
from fusion.dataflow.contexts.quoting import open_program, open_quote, open_shell, open_sql
from fusion.dataflow.knowledge.schema import Kind

_WORDS = WORD | {WIDE}
ADDRESSES = frozenset({Kind.OPEN_REDIRECT, Kind.REQUEST_FORGERY})
"""Kinds whose hostile text is an address, or a part of one."""
_NUMBERS = frozenset("0123456789,.+- ")
_FORMULA = frozenset("0123456789 \t\n\r\f\v.,+-*/%()<>=&|^~!?:;")
_FEW = 2
"""With so many different letters nothing can be named that does harm: the variable of a formula, the exponent of a number."""
_SHELL = _WORDS | frozenset(".,:/@%+=-^~#!?*[]{}")
_NAME = _WORDS | frozenset(".:-")
_DISTINGUISHED = ',+"\\<>;='
_ELEMENT = re.compile(r"<[A-Za-z_]")


def harmless(kind: Kind, lead: str | None, limits: Limits) -> str:
    """Why hostile text with these limits, right after the literal text `lead`, cannot cause this kind; empty when it can."""
    if kind not in _BY_PLACE and kind not in _BY_TEXT and kind is not Kind.DESERIALIZATION:
        return ""
    if kind not in _WORDS_CAN_HURT and limits is not ANY and limits.is_made_of(_WORDS):
        return "it is made of letters, digits and underscores only"
    if lead is not None and lead[-1:] == LOST and kind not in ADDRESSES:
        lead = None
    if kind in _BY_TEXT:
        return _BY_TEXT[kind](limits)
    return _BY_PLACE[kind](lead, limits) if kind in _BY_PLACE else ""


def _path(lead: str | None, limits: Limits) -> str:
    """A path leaves its folder by `..` or by being absolute.

    Without a separator it is one name in the folder (`..` itself names a folder, which cannot be opened as a file). Without
    `..` it stays below what stands before it; at the start of the path it must not begin with `/` either, as joining an
    absolute path drops the folder. A start that a check has shown (`/srv/public/`) counts as text before it.
    """
    if limits.lacks("/") and (limits.lacks("\\") or limits.differs("..")):
        return "it is a single name without separators"
    if not limits.lacks(".."):
        return ""
    if lead or limits.start.strip("/"):
        return "it cannot climb out of the folder before it"
    return "it is a relative path that cannot climb" if limits.begins_without("/") else ""


def _sql(lead: str | None, limits: Limits) -> str:
    """A statement is changed by leaving the literal: by its quote, or by a backslash before the quote that follows (MySQL).

    Wildcards of LIKE change what is found, not the statement. Outside literals, names (`schema.table`) and lists of numbers
    add no clause: that takes a blank, a parenthesis or a quote; two hyphens would begin a comment.
    """
    if lead is not None:
        open_ = open_sql(lead)
        if open_ == "--":
            return "it cannot end the comment" if limits.lacks("\n") else ""
        if open_ == "/*":
            return "it cannot end the comment" if limits.lacks("*/") else ""
        if open_ and (limits.lacks(open_) or open_ in limits.closed) and limits.lacks("\\"):
            return "it cannot leave the quotes in the statement"
        if open_:
            return ""
    if limits.lacks("--") and limits.is_made_of(_NAME):
        return "it can only be a name"
    return "it can only be numbers" if limits.lacks("--") and limits.is_made_of(_NUMBERS) else ""


def _ldap(lead: str | None, limits: Limits) -> str:
    """A filter is changed by parentheses and by `*`, which matches anything; a backslash only writes a character another way.

    In a distinguished name (`uid=` + x, no parenthesis before it) the characters of RFC 4514 count. Where it is not known
    which of the two it is, or all of it is hostile, both sets do.
    """
    in_filter = lead is not None and "(" in lead
    in_name = lead is not None and "(" not in lead and "=" in lead
    if not in_name and not all(map(limits.lacks, "()*")):
        return ""
    if not in_filter and not all(map(limits.lacks, _DISTINGUISHED)):
        return ""
    return (
        "it has none of the characters that mean something in the name" if in_name else "it cannot end the term of the filter"
    )


def _xpath(lead: str | None, limits: Limits) -> str:
    """An expression is changed by the quote that is open; there are no escapes. Outside of quotes, a name is a step."""
    open_ = open_quote(lead, "'\"") if lead is not None else ""
    if open_:
        inside = limits.lacks(open_) or open_ in limits.closed
        return "it cannot leave the quotes in the expression" if inside else ""
    return "it can only be a name" if limits.is_made_of(_WORDS | {"-"}) else ""


def _command(lead: str | None, limits: Limits) -> str:
    """A shell runs a second command after `; & |` or a line end, and what stands in `$(...)` or backquotes.

    In single quotes only that quote leads out; in double quotes also `$`, the backquote and the backslash. Outside, blanks
    add arguments. A hyphen that makes it an option is another weakness (CWE-88). The program is not to be chosen by a path.
    """
    open_ = open_shell(lead) if lead is not None else ""
    if open_ == "'":
        return "it cannot leave the quotes in the command" if limits.lacks("'") or "$'" in limits.closed else ""
    if open_ == '"':
        return "it cannot leave the quotes in the command" if all(map(limits.lacks, '"$`\\')) else ""
    if lead is not None and not lead.strip():
        return ""
    return "it has none of the characters that mean something to a shell" if limits.is_made_of(_SHELL) else ""


def _code(lead: str | None, limits: Limits) -> str:
    """Code is added to a string literal by its quote, a backslash or a line end; elsewhere everything is code.

    Digits and operators without letters, quotes and brackets calculate and can name nothing. (With brackets and `!`,
    JavaScript can be written without a single letter.)
    """
    open_ = open_program(lead) if lead is not None else ""
    if open_:
        leaves = (open_, "\\", "\n", "\r") if open_ != "`" else (open_, "\\", "${")
        return "it cannot leave the string in the code" if all(map(limits.lacks, leaves)) else ""
    if limits.literal and lead is not None:
        return "it is a literal in the code"
    letters = WORD - _FORMULA if limits.allowed is None else limits.allowed & (WORD - _FORMULA)
    if len(letters) > _FEW or "_" in letters:
        letters = frozenset()
    return "it can only be a calculation" if limits.is_made_of(_FORMULA | letters) else ""


def _template(limits: Limits) -> str:
    """Template engines read what stands in braces; an escape of `<` alone does not stop them."""
    if limits.lacks("{") or (limits.lacks("{{") and limits.lacks("{%")):
        return "it cannot open an expression of the template"
    return ""


def _key(lead: str | None, limits: Limits) -> str:
    """Prototypes are reached by `__proto__`, or by `constructor` and then `prototype`; a fixed prefix makes it another key."""
    if lead and not any(name.startswith(lead) for name in ("__proto__", "constructor", "prototype")) and "\ufffc" not in lead:
        return "the key begins otherwise"
    if limits.differs("__proto__") and (limits.differs("constructor") or limits.differs("prototype")):
        return "it cannot spell the names that lead to a prototype"
    return ""


def _trusted(limits: Limits) -> str:
    """What was checked against a set of harmless characters has been validated, as trusted data is expected to be."""
    checked = limits.allowed is not None and limits.lacks("<") and limits.lacks("'")
    return "its characters were checked" if checked else ""


def _xml(lead: str | None, limits: Limits) -> str:
    """Entities are declared in a document type, which begins with `<!` and stands before the first element."""
    if limits.lacks("<!DOCTYPE"):
        return "it can declare no entity"
    return "it stands inside an element" if lead and _ELEMENT.search(lead) and "<!" not in lead else ""


_BY_PLACE: dict[Kind, Callable[[str | None, Limits], str]] = {
    Kind.PATH_TRAVERSAL: _path,
    Kind.OPEN_REDIRECT: host_is_fixed,
    Kind.REQUEST_FORGERY: host_is_fixed,
    Kind.SQL_INJECTION: _sql,
    Kind.LDAP_INJECTION: _ldap,
    Kind.XPATH_INJECTION: _xpath,
    Kind.COMMAND_INJECTION: _command,
    Kind.CROSS_SITE_SCRIPTING: no_script,
    Kind.CODE_INJECTION: _code,
    Kind.PROTOTYPE_POLLUTION: _key,
    Kind.XML_EXTERNAL_ENTITIES: _xml,
}
_BY_TEXT: dict[Kind, Callable[[Limits], str]] = {Kind.TEMPLATE_INJECTION: _template, Kind.TRUST_BOUNDARY: _trusted}
_WORDS_CAN_HURT = ADDRESSES | {Kind.PROTOTYPE_POLLUTION}
