"""What changed between two scans of a repository.

A deviation is known by its check and its fingerprint. It counts as fixed only where its check looked at everything it needs
and no longer sees it; what could not be looked at stays in mind (`Drift.unseen`) until somebody can look again, however many
scans that takes, so that it is neither praised as fixed nor shown as new. Nor is new what a check finds that could not look
before (`Drift.first`). What was fixed is remembered, too (`Drift.mended`, the newest `MEMORY` of them): that one which comes
back is a regression. Both memories travel from scan to scan in the drift.

A scan of some checks says nothing of the others: it is compared by those that it made.
"""

from __future__ import annotations

from collections.abc import Collection, Container, Iterable, Mapping, Sequence
from dataclasses import dataclass

from fusion.evidence.history import TOOL as HISTORY
from fusion.model import Outcome, ToolRun
from fusion.model.compliance import CheckResult, Deviation, Drift, Scan, Status

MEMORY = 500
"""Fixed deviations that are remembered for a repository."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Gaps:
    """What a scan could not look at, though its checks had something to say: what is not seen there is not fixed."""

    cut: bool = False
    """The list of files is not complete."""
    paths: frozenset[str] = frozenset()
    """Files that were wanted and not read."""
    tools: frozenset[str] = frozenset()
    """Analyzers that did not finish, or took no part."""
    is_broken: bool = False
    """One of them should have finished."""
    files: Container[str] = ()
    """What there is, as far as it is known."""

    def hide(self, deviation: Deviation | None) -> bool:
        """Whether it could be there and not be seen; None: where it was, and who saw it, is not known any more."""
        if deviation is None:
            return self.cut or bool(self.paths) or self.is_broken
        if self.cut and (deviation.path or deviation.component):
            return True
        blind = self.tools.intersection(one.tool for one in deviation.evidence)
        if deviation.path and deviation.path not in self.files:
            # what the history holds is there although its file is not
            return HISTORY in blind
        return deviation.path in self.paths or bool(blind)


def gaps(*, cut: str, unread: Iterable[tuple[str, str]], tools: Sequence[ToolRun], files: Iterable[str] = ()) -> Gaps:
    """From a scan's own account: why the list of `files` ends, paths that were not read with reasons, the tools' receipts."""
    return Gaps(
        cut=bool(cut),
        paths=frozenset(path for path, _ in unread) | {one.path for run in tools for one in run.unread},
        tools=frozenset(run.tool for run in tools if run.outcome is not Outcome.OK),
        is_broken=any(run.outcome not in (Outcome.OK, Outcome.SKIPPED) for run in tools),
        files=frozenset(files),
    )


NOTHING = Gaps()


def drift(
    before: Scan | None,
    now_results: Sequence[CheckResult],
    *,
    only: Collection[str] = (),
    gaps: Gaps = NOTHING,
    earlier_fixed: Collection[str] | None = None,
) -> Drift:
    """What changed since the scan before. Each deviation that is here is in one list at most.

    before: the last whole scan, whatever became of it; None: there was none, and then nothing is called new.
    now_results: results with exceptions applied.
    only: ids of the checks that were asked for; of others nothing is said. Empty: all.
    gaps: what was not looked at, by checks that failed all the same.
    earlier_fixed: `check fingerprint` of what was fixed once, the newest first; None: what the scan before remembers.
    """
    if only and before is not None:
        before = _narrowed(before, frozenset(only))
    was = before.drift if before is not None else Drift()
    memory = list(was.mended if earlier_fixed is None else earlier_fixed)
    known = set(memory)
    then: dict[str, Deviation | None] = dict.fromkeys(was.unseen)
    past_results = before.results if before is not None else ()
    then |= _deviations(past_results)
    here = _deviations(now_results)
    results = {result.check: result for result in now_results}

    looked = {one.check for one in past_results if one.status is not Status.NOT_ASSESSED}

    new: list[str] = []
    first: list[str] = []
    regressed, accepted, lapsed = [], [], []
    for key, deviation in here.items():
        past = then.get(key)
        if deviation.accepted:
            # of one that nobody could look at meanwhile it is not known whether it was accepted before
            if before is not None and (key not in then or (past is not None and not past.accepted)):
                accepted.append(key)
        elif key in then:
            if past is not None and past.accepted:
                lapsed.append(key)
        elif key in known:
            regressed.append(key)
        elif before is not None:
            (new if _check(key) in looked else first).append(key)
    gone = [key for key in then if key not in here]
    fixed = [key for key in gone if _looked(results.get(_check(key)), then[key], gaps)]
    mended = [key for key in dict.fromkeys([*sorted(fixed), *memory]) if key not in here]
    return Drift(
        against=before.id if before is not None else "",
        new=tuple(sorted(new)),
        first=tuple(sorted(first)),
        fixed=tuple(sorted(fixed)),
        regressed=tuple(sorted(regressed)),
        accepted=tuple(sorted(accepted)),
        lapsed=tuple(sorted(lapsed)),
        lost=_lost(before, results),
        unseen=tuple(sorted(set(gone).difference(fixed))),
        mended=tuple(mended[:MEMORY]),
    )


def _deviations(results: Iterable[CheckResult]) -> dict[str, Deviation]:
    return {f"{result.check} {one.fingerprint}": one for result in results for one in result.deviations}


def _check(key: str) -> str:
    return key.rpartition(" ")[0]


def _narrowed(scan: Scan, only: frozenset[str]) -> Scan:
    """The scan as if it had made those checks alone."""
    was = scan.drift
    kept = {name: tuple(key for key in getattr(was, name) if _check(key) in only) for name in ("unseen", "mended")}
    results = tuple(one for one in scan.results if one.check in only)
    return scan.model_copy(update={"results": results, "drift": was.model_copy(update=kept)})


def _looked(result: CheckResult | None, past: Deviation | None, gaps: Gaps) -> bool:
    """Whether the check would have seen it. One that failed has seen a part at least, one that holds has seen everything."""
    if result is None or result.status is Status.NOT_ASSESSED:
        return False
    return result.status is not Status.FAILED or not (result.permission or gaps.hide(past))


def _lost(before: Scan | None, results: Mapping[str, CheckResult]) -> tuple[str, ...]:
    seen = [one.check for one in before.results if one.status is not Status.NOT_ASSESSED] if before is not None else []
    return tuple(sorted(check for check in seen if check not in results or results[check].status is Status.NOT_ASSESSED))
