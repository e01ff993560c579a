"""Commands in comments: the grammar, and the help text made from it.

    /fusion VERB ARGUMENTS          or          @APP VERB ARGUMENTS

at the beginning of a line, indented by at most three spaces, outside of code, quotes and HTML comments. Only the first such
line counts. Arguments come from closed lists, except the reason after `because`, which is data: it is kept, cut and shown,
and nothing in it is ever obeyed. Characters without a glyph are written out (`<U+200B>`) before the line is read, so that
what is obeyed is what readers see.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from difflib import get_close_matches
from enum import StrEnum
from types import MappingProxyType

from fusion.model import State
from fusion.render.text import clip, one_line, visible

REASON = 300
"""Characters of a reason; the rest is cut off."""
LINE = 2_000
"""Characters of a command's line that are read."""
_WORD = 60
"""Characters of a word that was not understood."""


class Verb(StrEnum):
    """What can be asked for."""

    REVIEW = "review"
    EXPLAIN = "explain"
    FIX = "fix"
    DISMISS = "dismiss"
    REOPEN = "reopen"
    IGNORE = "ignore"
    PAUSE = "pause"
    RESUME = "resume"
    STATUS = "status"
    HELP = "help"


@dataclass(frozen=True, slots=True, kw_only=True)
class Command:
    """A command that was understood. Whether its author may give it is asked later."""

    verb: Verb
    full: bool = False
    """Of `review`: look at everything anew."""
    commit: bool = False
    """Of `fix`: as a commit on a branch, not as a suggestion."""
    fingerprint: str = ""
    """The beginning of its id, 4 to 64 hexadecimal digits in lower case; empty: the finding of the comment's thread."""
    state: State | None = None
    """Of `dismiss`: WONT_FIX unless another one was named."""
    because: str = ""
    """The reason, on one line: hostile text like any other."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Unknown:
    """Somebody addressed Fusion, and it did not understand."""

    what: str
    """The word that was not understood, cut: hostile text."""
    nearest: str
    """A whole command that may have been meant, `/fusion review`; empty: none is near."""


@dataclass(frozen=True, slots=True)
class _Usage:
    """How a verb is used. `words` are its arguments as the help shows them."""

    meaning: str
    words: str = ""
    full: bool = False
    finding: bool = False
    commit: bool = False
    reason: bool = False


STATES: Mapping[str, State] = MappingProxyType(
    {"wont-fix": State.WONT_FIX, "incorrect": State.INCORRECT, "duplicate": State.DUPLICATE}
)
"""What a finding can be dismissed as."""

_USAGE: Mapping[Verb, _Usage] = {
    Verb.REVIEW: _Usage("Review the head again; `full` looks at everything anew.", "[full]", full=True),
    Verb.EXPLAIN: _Usage("Show the evidence of a finding.", "[ID]", finding=True),
    Verb.FIX: _Usage(
        "Offer a patch for a finding, checked on a copy: as a suggestion, or with `commit` as a commit on a branch.",
        "[ID] [commit]",
        finding=True,
        commit=True,
    ),
    Verb.DISMISS: _Usage(
        "Settle a finding, so that it is not brought up again: `wont-fix` unless you say otherwise.",
        f"[ID] [as {'|'.join(STATES)}] [because REASON]",
        finding=True,
        reason=True,
    ),
    Verb.REOPEN: _Usage("Take that back.", "[ID]", finding=True),
    Verb.IGNORE: _Usage("Leave this pull request alone: review nothing and answer nothing until `resume`."),
    Verb.PAUSE: _Usage("Review no further pushes by itself until `resume`; `review` still works."),
    Verb.RESUME: _Usage("End `pause` and `ignore`."),
    Verb.STATUS: _Usage("Say what Fusion is doing here, and what it knows."),
    Verb.HELP: _Usage("Show this table."),
}


def _help() -> str:
    uses = ((f"/fusion {verb} {usage.words}".strip().replace("|", r"\|"), usage.meaning) for verb, usage in _USAGE.items())
    rows = "\n".join(f"| `{use}` | {meaning} |" for use, meaning in uses)
    return (
        f"| command | what it does |\n|---|---|\n{rows}\n\n"
        "A command begins a line of a comment, and only the first one of a comment counts; a mention of the App in place of "
        "`/fusion` does the same. In a thread of Fusion's, the finding's ID may be left out. The text of a review takes no "
        "commands, and neither does an edit. Commands need write permission."
    )


HELP: str = _help()
"""The table of commands, as Markdown."""

_BREAK = re.compile(r"\r\n|\r|\n")
_FENCE = re.compile(r"(?P<before> {0,3}(?:(?:[-*+]|[0-9]{1,9}[.)])[ \t]+)*)(?P<fence>`{3,}(?=[^`]*\Z)|~{3,})")
_INDENT = re.compile("\\A[\ufeff\u200b-\u200f\u2060]* {0,3}[\ufeff\u200b-\u200f\u2060]*")
"""Marks that editors leave at the beginning of a pasted line change nothing for its reader."""
_AFTER = r"(?=[\s:,]|\Z)[:,]?"
_FINGERPRINT = re.compile(r"`?([0-9a-fA-F]{4,64})`?")
_TOKEN = re.compile(r"\S+")
_UNSEEN = re.compile(r"<U\+[0-9A-F]{4,6}>")


def find(text: str, *, app_slug: str) -> Command | Unknown | None:
    """The command in a comment, what of it was not understood, or None where nobody addressed Fusion.

    Addressing it without a word asks for help. Without an `app_slug`, mentions are not looked for.
    """
    line = addressed(text, app_slug=app_slug)
    return None if line is None else _understood(_trigger(app_slug).sub("", line, count=1))


def addressed(text: str, *, app_slug: str) -> str | None:
    """The line that addresses Fusion, from `/fusion` or the mention on; None: no line does.

    What cannot be seen in it is written out, and it is cut to 2,000 characters: `find` reads in it what it reads in `text`.
    """
    trigger = _trigger(app_slug)
    for line in _spoken(text):
        rest = _INDENT.sub("", line, count=1)
        if rest[:1] in ("/", "@") and trigger.match(shown := visible(rest[:LINE])[:LINE].rstrip()):
            return shown
    return None


def _trigger(app_slug: str) -> re.Pattern[str]:
    mention = rf"|@{re.escape(app_slug)}(?:\[bot\])?" if app_slug else ""
    return re.compile(rf"(?:/fusion{mention}){_AFTER}", re.IGNORECASE)


def _spoken(text: str) -> Iterator[str]:
    """The lines that are neither fenced code nor within an HTML comment.

    Where Markdown's own reading is finer than this one, this one takes a line for hidden: a command that is not obeyed can
    be given again.
    """
    fence, column, hidden = "", 0, False
    for line in _BREAK.split(text):
        if fence:
            closing = line.lstrip(" ")
            short = len(line) - len(closing) <= column + 3
            if short and closing.startswith(fence) and not closing.strip(f"{fence[0]} \t"):
                fence = ""
        elif not hidden and (match := _FENCE.match(line)):
            fence, column = match["fence"], match.end("before")
        else:
            if not hidden:
                yield line
            hidden = _hidden_after(line, hidden)


def _hidden_after(line: str, hidden: bool) -> bool:
    """Whether an HTML comment is open at the end of the line."""
    at = 0
    while (at := line.find("-->" if hidden else "<!--", at)) >= 0:
        at += 3 if hidden else 4
        hidden = not hidden
    return hidden


def _understood(line: str) -> Command | Unknown:
    words = [(match[0], match.end()) for match in _TOKEN.finditer(line)]
    if not words:
        return Command(verb=Verb.HELP)
    word = words.pop(0)[0]
    try:
        verb = Verb(word.lower())
    except ValueError:
        return _unknown(word, _near(word, list(Verb)))
    usage = _USAGE[verb]
    full, commit, fingerprint, because = False, False, "", ""
    state = State.WONT_FIX if usage.reason else None
    if usage.full and words and words[0][0].lower() == "full":
        full = bool(words.pop(0))
    if usage.finding and words and (match := _FINGERPRINT.fullmatch(words[0][0])):
        fingerprint = match[1].lower()
        words.pop(0)
    if usage.commit and words and words[0][0].lower() == "commit":
        commit = bool(words.pop(0))
    if usage.reason and words and words[0][0].lower() == "as":
        words.pop(0)
        named = words.pop(0)[0] if words else "as"
        if named.lower() not in STATES:
            near = _near(named, list(STATES))
            return _unknown(named, f"{verb} as {near}" if near else "")
        state = STATES[named.lower()]
    if usage.reason and words and words[0][0].lower() == "because":
        because = clip(one_line(line[words[0][1] :]), REASON)
        if not because:
            return _unknown(words[0][0], f"{verb} because ...")
        words.clear()
    if words:
        return _unknown(words[0][0], _nearest(usage, verb, words[0][0]))
    return Command(verb=verb, full=full, commit=commit, fingerprint=fingerprint, state=state, because=because)


def _nearest(usage: _Usage, verb: Verb, word: str) -> str:
    """The command that a wrong argument of a verb comes nearest to."""
    if usage.reason and (near := _near(word, list(STATES))):
        return f"{verb} as {near}"
    if usage.commit and _near(word, ["commit"]):
        return f"{verb} commit"
    return f"{verb} full" if usage.full and _near(word, ["full"]) else str(verb)


def _near(word: str, choices: list[str]) -> str:
    """The choice that a word is a slip of, or empty; what cannot be seen in it is left out."""
    near = get_close_matches(_UNSEEN.sub("", word)[:_WORD].lower(), choices, n=1)
    return str(near[0]) if near else ""


def _unknown(word: str, nearest: str) -> Unknown:
    return Unknown(what=clip(visible(word), _WORD), nearest=f"/fusion {nearest}" if nearest else "")
