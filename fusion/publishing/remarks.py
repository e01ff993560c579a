"""What a reply in one of our threads says about the finding: a small grammar of plain phrases. Pure.

Conservative: the whole message or its first sentence must be one of the phrases, with no more around it than `this is` before
and a reason after. A question, a negation ("not a false positive") or a condition ("won't fix unless...") says nothing.
"""

from __future__ import annotations

import re

from fusion.model import State

_PHRASES = {
    State.WONT_FIX: (
        r"(?:(?:we|i) )?(?:won't|wont|will not) fix(?: (?:this|it|that|here))?|wontfix"
        r"|(?:by design|as designed|works as (?:designed|intended)|working as intended|intentional|intended)"
    ),
    State.INCORRECT: r"false(?: |-)positive|not a (?:bug|problem|vulnerability|real (?:bug|problem|issue))",
    State.DUPLICATE: r"duplicate|duplicate of (?:#\d{1,9}|the (?:one|finding|comment) (?:above|below))",
}
_GRAMMAR = {
    state: re.compile(rf"(?:(?:this|that|it)(?: is|'s) |(?:that|it)s )?(?:an? )?(?:{phrases})")
    for state, phrases in _PHRASES.items()
}
_END = re.compile(r"[.!?\n]+(?=\s|\Z)|\n")
_REASON = re.compile(r"(?:,? (?:because|since|as|see) |: | - | -- |; | – | — )(?P<reason>.*)")
_DOUBT = re.compile(r"\s*(?:(?:but|unless|if|or|until|except|maybe|just kidding|actually)\b|no\s*[,;!]|(?:only|not?)\W*\Z)")
_LONGEST = 2_000


def said(text: str) -> State | None:
    """The disposition that a reply asks for, or None where it asks for none that is beyond doubt."""
    sentence = _first_sentence(text)
    reason = _REASON.search(sentence)
    if reason is not None:
        if _DOUBT.match(reason["reason"]):
            return None
        sentence = sentence[: reason.start()]
    return next((state for state, grammar in _GRAMMAR.items() if grammar.fullmatch(sentence.strip())), None)


def _first_sentence(text: str) -> str:
    """In lower case, without quotes of earlier comments and without emphasis; empty where it asks something."""
    lines = (line for line in text[:_LONGEST].replace("\r\n", "\n").split("\n") if not line.lstrip().startswith(">"))
    plain = re.sub(r"[*_`]", "", "\n".join(lines)).replace("\N{RIGHT SINGLE QUOTATION MARK}", "'").strip().lower()
    end = _END.search(plain)
    if end is None:
        return plain
    return "" if "?" in end[0] else plain[: end.start()]
