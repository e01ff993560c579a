"""States and severities as people read them in HTML: a sign, a word and a colour, of which the word alone would do."""

from __future__ import annotations

from fusion.render.scan.elements import Html, tag

SIGNS = {
    "holds": ("✓", "holds"),
    "supported": ("✓", "supported"),
    "failed": ("✕", "failed"),
    "contradicted": ("✕", "contradicted"),
    "accepted": ("≈", "accepted"),
    "unknown": ("?", "not assessed"),
    "not_assessed": ("?", "not assessed"),
    "manual": ("○", "to look at by hand"),
    "idle": ("–", "nothing to look at"),
}


def pill(kind: str, word: str = "") -> Html:
    """A state or a severity; `word` in place of its own."""
    sign, own = SIGNS.get(kind, ("", kind))
    signed = tag("span", f"{sign} ", aria_hidden="true") if sign else Html("")
    return tag("span", signed, word or own, class_=f"pill s-{kind}")
