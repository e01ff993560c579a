"""What is kept and what has had its time: the rules of `fusion purge`, without any I/O.

A record's last use is its last write.

- A subject (a branch or pull request) is its records of the kinds `pull`, `conclusion`, `conversation` and `ledger` with
  one scope and id. They go together, when none was used for the retention, and never while the pull request is open:
  Fusion would review it as if it had never seen it, and bring up what people dismissed.
- A run goes when it was not used for the retention, unless a kept record names it: a ledger names the run that wrote it. A run
  that is still running never goes.
- What model calls cost, and the accounts of the budget, are kept for `YEAR` at least: last year's month can be compared.
  What such a record names is not kept for its sake.
- Quotas, leases, and what could be used again (completions, evidence) go after the retention.
- A repository's last scan, the forge's answers, what was found in its history and how its scans went are kept while it is
  there, however rarely it is scanned: the next scan is compared with them. Of one that is gone they go together, after the
  retention. Records of other scans go by their own age, and so do those of accounts; how an account's scans went is kept.
- The evidence ledger's links, heads, keys and anchors are kept for good, and what was sealed with them; not what that mentions.
  So is what is still to be sealed, and who accepted what. Records of any other kind are kept for good, too.

A blob goes when no kept record mentions its digest, not even through two steps of JSON blobs, and it was last put before the
retention, but at least `MARGIN` ago: a review that is at work has blobs that no record mentions yet. For the same reason
nothing goes that was put since the oldest running run began.
"""

from __future__ import annotations

import json
import re
from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from fusion.ports import Key, Stored
from fusion.runs import RunStatus

SUBJECT = ("pull", "conclusion", "conversation", "ledger")
"""Kinds of a subject's records, in the order in which they are deleted: whoever begins to use it again writes the first."""
COUNTED = frozenset({"quota", "lease", "completion", "evidence", "scan-account"})
"""Kinds that go by their own age alone."""
PAID = frozenset({"spend", "budget", "budget-run"})
"""Kinds of the budget's records (`fusion.budget.accounts`)."""
NAMELESS = PAID | {"distrust"}
"""Kinds whose records keep nothing that they name."""
SEALED = frozenset({"evidence-head", "evidence-link"})
"""Kinds of the evidence ledger (`fusion.attesting.seal`): they keep what was sealed, and neither the run that it was of nor
what it mentions."""
LAST = "scan-last"
"""Kind of the record that names a repository's last scan (`fusion.scanning.wanted`)."""
SCANNED = frozenset({LAST, "scan", "scan-answers", "scan-history", "scan-series"})
"""Kinds of what is remembered of a repository's scans, under one scope. Its schedule (`scan-due`) is kept for good: a policy's
`never` must not be forgotten."""
YEAR = timedelta(days=400)
"""Thirteen months and some days: for so long the budget's records are kept, however short the retention is."""
MARGIN = timedelta(days=2)
"""No review is at work for longer without a record."""
EARLY = timedelta(days=1)
"""A blob may look so much older than it is (`KeptBlob.written`)."""
STEPS = 2
"""How many blobs may stand between a record and a digest that it keeps: a run, its review, the change, the contents."""
_DIGEST = re.compile(r"sha256:[0-9a-f]{64}")
_RUN = re.compile(r'"(review-[0-9a-f]{16}[^":\\]*)[^"\\]*"')


@dataclass(frozen=True, slots=True, kw_only=True)
class Note:
    """What the rules need of a record: of whole records, thousands would not fit into memory."""

    key: Key
    etag: str
    used: datetime
    began: datetime | None
    """When a run that is still running began; None for all other records."""
    open: bool
    digests: frozenset[str]
    runs: frozenset[str]
    """Ids of runs that it names."""
    sealed: frozenset[str] = frozenset()
    """Digests of what it sealed: kept, without what that mentions."""
    last: str = ""
    """Id of the scan that it names as a repository's last one."""
    gone: bool = False
    """It is the last scan of a repository that was not there any more when somebody looked."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Decision:
    """Which records go: `subjects` as groups in the order of deletion, then `others`, if they are still not named."""

    kept: Sequence[Note]
    subjects: Sequence[Sequence[Note]]
    others: Sequence[Note]


def note(stored: Stored) -> Note:
    """The note of a record. Its shape is read leniently: a record of another version must not stop the purge."""
    text = json.dumps(stored.value)
    began = None
    if stored.key.kind == "run" and stored.value.get("status") == RunStatus.RUNNING.value:
        began = _time(stored.value.get("started")) or stored.updated
    pull = stored.value.get("pull")
    is_link = stored.key.kind in SEALED
    return Note(
        key=stored.key,
        etag=stored.etag,
        used=stored.updated,
        began=began,
        open=stored.key.kind == "pull" and isinstance(pull, Mapping) and pull.get("open", True) is True,
        digests=mentioned(text) if not is_link and stored.key.kind not in NAMELESS else frozenset(),
        runs=frozenset(_RUN.findall(text)) if stored.key.kind not in NAMELESS | SEALED | {"run"} else frozenset(),
        sealed=mentioned(str(stored.value.get("digest"))) if is_link else frozenset(),
        last=str(stored.value.get("id", "")) if stored.key.kind == LAST else "",
        gone=stored.key.kind == LAST and stored.value.get("gone") is True,
    )


def decide(
    notes: Iterable[Note],
    *,
    before: datetime,
    paid_before: datetime,
    exists: Callable[[str], bool],
) -> Decision:
    """Which records were last used before that time, and by the rules above may go; the budget's have a time of their own.

    exists: whether what was scanned under that scope may still be there, as far as can be said from here.
    """
    kept: list[Note] = []
    runs: list[Note] = []
    others: list[Note] = []
    subjects: defaultdict[tuple[str, str], list[Note]] = defaultdict(list)
    scanned: defaultdict[str, list[Note]] = defaultdict(list)
    for one in notes:
        if one.key.kind in SUBJECT:
            subjects[one.key.scope, one.key.id].append(one)
        elif one.key.kind in SCANNED:
            scanned[one.key.scope].append(one)
        elif one.key.kind == "run" and one.used < before and one.began is None:
            runs.append(one)
        elif (one.key.kind in COUNTED and one.used < before) or (one.key.kind in PAID and one.used < paid_before):
            others.append(one)
        else:
            kept.append(one)
    going = []
    for group in subjects.values():
        if any(one.open or one.used >= before for one in group):
            kept += group
        else:
            going.append(sorted(group, key=lambda one: SUBJECT.index(one.key.kind)))
    for group in scanned.values():
        over = {one.key for one in _over(group, before, exists)}
        kept += [one for one in group if one.key not in over]
        others += [one for one in group if one.key in over]
    named = frozenset[str]().union(*(one.runs for one in kept))
    kept += [one for one in runs if is_named(one, named)]
    return Decision(kept=kept, subjects=going, others=others + [one for one in runs if not is_named(one, named)])


def _over(group: Sequence[Note], before: datetime, exists: Callable[[str], bool]) -> Sequence[Note]:
    """What goes of the records of one repository's scans."""
    last = {one.last for one in group if one.last}
    stays = bool(last) and not any(one.gone for one in group) and exists(group[0].key.scope)
    if not stays and all(one.used < before for one in group):
        return group
    return [one for one in group if one.key.kind == "scan" and one.used < before and one.key.id not in last]


def is_named(one: Note, runs: Collection[str]) -> bool:
    """Whether it is one of those runs; the run of a sub-orchestration is the run that it belongs to."""
    return one.key.kind == "run" and one.key.id.partition(":")[0] in runs


def sweepable(notes: Iterable[Note], *, now: datetime, retention: timedelta) -> datetime:
    """Blobs last put before that time may go, if nothing mentions them."""
    began = [one.began - EARLY for one in notes if one.began is not None]
    return min([now - max(retention, MARGIN), *began])


def mentioned(text: str) -> frozenset[str]:
    """Every digest in a text."""
    return frozenset(_DIGEST.findall(text))


def leads_on(data: bytes) -> Collection[str]:
    """The digests that a blob mentions, if it is a record of ours (a JSON object); contents of files lead nowhere."""
    return mentioned(data.decode("utf-8", "replace")) if data[:1] == b"{" else ()


def _time(value: object) -> datetime | None:
    try:
        time = datetime.fromisoformat(value) if isinstance(value, str) else None
    except ValueError:
        return None
    return time if time is None or time.tzinfo else None
