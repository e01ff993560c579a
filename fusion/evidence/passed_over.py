"""A second look at files that a tool passes over for their names, under names that say no more than the kind of file.

A scanner of secrets takes `jquery.js` or `go.mod` for what nobody writes a key into, and tells nothing about it. In a scan of a
whole tree that would be a gap: under another name it looks.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import replace
from pathlib import PurePosixPath

from fusion.changes.roles import is_example, is_test
from fusion.evidence.analyzer import Analyzer, Ready
from fusion.evidence.examiner import Examiner, Look
from fusion.model import Hit, Outcome

_SAMPLE = b"a text of any kind\n"


async def look_again(
    analyzer: Analyzer, ready: Ready, files: Mapping[str, bytes], look: Look, *, examiner: Examiner, seconds: float
) -> Look:
    """The look with what a second one brings of its unread files; the same where there are none, or where it failed."""
    if look.outcome is not Outcome.OK or not look.unread:
        return look
    originals = {_neutral(analyzer, one.path): one.path for one in look.unread}
    contents = {name: files[path] for name, path in originals.items()}
    other = await examiner.examine(analyzer, ready, contents, seconds=seconds)
    return replace(
        look,
        # Who has looked once and then knows of no such tool has not looked at these.
        outcome=Outcome.FAILED if other.outcome is Outcome.SKIPPED else other.outcome,
        reason="; ".join(reason for reason in (look.reason, other.reason) if reason),
        read=(*look.read, *(originals[name] for name in other.read)),
        hits=(*look.hits, *(_moved(hit, originals[hit.location.path]) for hit in other.hits)),
        unread=tuple(one.model_copy(update={"path": originals[one.path]}) for one in other.unread),
        seconds=look.seconds + other.seconds,
        version=look.version or other.version,
        rules=look.rules or other.rules,
        isolation="; ".join(dict.fromkeys(filter(None, (look.isolation, other.isolation)))),
    )


def _neutral(analyzer: Analyzer, path: str) -> str:
    """A name of its own that keeps whether the file is a test or an example, and its ending unless that is the reason."""
    known = "tests/" if is_test(path) or is_example(path) else ""
    mark = hashlib.blake2b(path.encode("utf-8", "surrogatepass"), digest_size=16).hexdigest()
    name = f"{known}{mark}/source"
    ending = PurePosixPath(path).suffix
    return name + ending if analyzer.wants(name + ending, _SAMPLE) else name


def _moved(hit: Hit, path: str) -> Hit:
    return hit.model_copy(update={"location": hit.location.model_copy(update={"path": path})})
