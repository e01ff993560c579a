"""The short texts around a review: replies in threads, the body of a review, what could not be written and why.

Whatever comes from elsewhere (a reason, a name) goes through `prose` or `code`; mentions ring nobody.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from hashlib import sha256

from fusion.judging.ledger import DISMISSED, LedgerEntry
from fusion.model import Disposition, Scene, State
from fusion.publishing.posted import Capability, Posted
from fusion.render.markup import code, prose
from fusion.render.phrases import count, is_commit, short
from fusion.render.secrets import excerpt

_BACK = ".back."
_LONGEST = 400
_SAID = {State.WONT_FIX: "won't fix", State.INCORRECT: "incorrect", State.DUPLICATE: "a duplicate"}
REPLIED = "said so in comment "
"""How a dismissal is known that was a reply; the comment's id follows."""
HINT = (
    "To dismiss a finding, answer its comment with `won't fix`, `false positive` or `duplicate`, or resolve it; that takes "
    "write permission, and Fusion remembers it."
)


def review_text(comments: int, blocking: int, *, first: bool) -> str:
    """The body of a review: how many comments, how many findings block, and the `first` time how to answer."""
    blocks = f"{count(blocking, 'finding')} {'blocks' if blocking == 1 else 'block'} this change"
    if not comments:
        return f"Fusion requests changes: {blocks}. The summary names {'it' if blocking == 1 else 'them'}."
    found = f"Fusion has {count(comments, 'new comment')} on the lines below"
    return f"{found}{f'; {blocks}' if blocking else ''}." + (f"\n\n{HINT}" if first else "")


def dismissal_text(head: str) -> str:
    """Why an earlier request for changes is taken back."""
    return f"Nothing blocks this change any more, as of {short(head)}."


def settled_key(entry: LedgerEntry) -> str:
    """The key of the reply that says what became of an entry: another for each time that it is settled."""
    said = entry.disposition
    if said.state is State.ADDRESSED:
        return f"{entry.id}.fixed.{_short_digest(said.commit)}"
    return f"{entry.id}.{said.state.value}.{_short_digest(said.by, said.how, said.at.isoformat() if said.at else '')}"


def settled_text(entry: LedgerEntry) -> str:
    """`Fixed by 1a2b3c4: its code is gone.`, or who dismissed it as what."""
    said = entry.disposition
    if said.state in DISMISSED:
        by = f" by {code(said.by)}" if said.by else ""
        # who reads this thread has read what was said in it
        why = "" if said.how.startswith(REPLIED) else _reason(said)
        return f"Dismissed as {_SAID[said.state]}{by}{why}. Fusion will not bring it up again."
    # a commit's digits, and nothing else, are left bare: GitHub makes them a link
    commit = said.commit[:7] if is_commit(said.commit) else ""
    return f"Fixed{f' by {commit}' if commit else ''}{_reason(said)}."


def reopened_key(entry: LedgerEntry, closed: str) -> str:
    """The key of the reply that says that an entry stands again, after it was closed for that reason."""
    return f"{entry.id}{_BACK}{_short_digest(closed)}"


def last_settled(keys: Iterable[str]) -> str:
    """Of a thread's replies, the key of the last that said why it is settled; empty when there is none."""
    return next(reversed([key for key in keys if _BACK not in key]), "")


def reopened_text(entry: LedgerEntry, head: str) -> str:
    """That it stands again: seen again at a commit, or opened again by a person."""
    said = entry.disposition
    if said.state is State.OPEN and said.by not in ("", "fusion"):
        return f"Open again, says {code(said.by)}."
    return f"Back at {head[:7]}." if is_commit(head) else "Open again."


def _reason(said: Disposition) -> str:
    how = prose(excerpt(said.how, _LONGEST)).rstrip(".")
    return f": {how}" if how else ""


def _short_digest(*what: str) -> str:
    return sha256("\0".join(what).encode("utf-8", "surrogatepass")).hexdigest()[:12]


def missing(scene: Scene, posted: Posted) -> frozenset[Capability]:
    """What may not be written on this pull request at its head."""
    found = {name for name, head in posted.denied.items() if head == scene.head}
    return frozenset(found | {"reviews", "replies", "comments"} if scene.locked else found)


def shortfalls(scene: Scene, without: frozenset[Capability]) -> Iterator[str]:
    """What could not be written, a sentence each, for the place that can say it."""
    if scene.locked:
        yield "This conversation is locked, so Fusion adds no comments to it; what it found is in its check alone."
    elif "comments" in without:
        yield "Fusion has no permission to comment here, so what it found is in its check."
    elif "reviews" in without:
        yield "Fusion has no permission to write reviews here, so what it would say on lines is in this summary."
    if "checks" in without:
        yield "Fusion has no permission to write checks here, so this comment is all that it says."
    if "threads" in without:
        yield "Fusion has no permission to resolve threads here; please resolve those that are fixed."
    if "dismissals" in without:
        yield "Fusion has no permission to take back its request for changes; please dismiss it."
    if "sarif" in without:
        yield "The findings could not be uploaded to code scanning: it is switched off here, or a permission is missing."
    for sentence in scene.cut:
        yield f"The conversation was not read in full: {sentence}"
