"""Changes of licence: of a licence file, of a manifest's field, of a file's SPDX header."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from fusion.model import Category, Confidence, Severity, Side
from fusion.reading.comparison import Comparison
from fusion.reading.licences import declared, header, identified, is_licence_file, is_stricter, terms
from fusion.reading.observation import Observation, at, quoted

_CUSTOM = 3
"""Changed files of one kind with a header that make a header the custom."""


def licence_changes(comparisons: Sequence[Comparison]) -> Iterator[Observation]:
    """Everything that changed about licences, file by file."""
    kept = {terms(item.after) for item in comparisons if item.exists and is_licence_file(item.path)}
    for item in comparisons:
        if is_licence_file(item.path) or is_licence_file(item.base_path):
            if terms(item.before) not in kept:
                yield from _file(item)
            continue
        if item.existed and item.exists:
            yield from _field(item)
            yield from _header(item)
    yield from _headerless(comparisons)


def _file(item: Comparison) -> Iterator[Observation]:
    if not item.existed:
        return
    if not item.exists:
        yield _observation(
            "compliance/licence-removed",
            f"The licence file {quoted(item.base_path)} goes",
            "Without a licence nobody may use the code, and those who do lose their grant. "
            "Keep the file, or have whoever answers for licences agree.",
            Severity.HIGH,
            item.base_path,
            1,
            "licence removed",
            side=Side.LEFT,
        )
        return
    was, now = identified(item.before), identified(item.after)
    line = min(item.added, default=1)
    if was and now and was != now:
        yield _changed(item.path, line, was, now, "The licence changes")
    else:
        yield _observation(
            "compliance/licence-text",
            f"The terms in {quoted(item.path)} change",
            "More than names and years differ, so the terms under which people use the code do too. "
            "Have whoever answers for licences agree to it.",
            Severity.MEDIUM,
            item.path,
            line,
            "licence text",
        )


def _field(item: Comparison) -> Iterator[Observation]:
    now = declared(item.path, item.after)
    was = declared(item.base_path, item.before) if now is not None else None
    if was and now is not None and was != now:
        quotes = [line for line in sorted(item.added) if "licen" in item.after_lines[line - 1][:300].lower()]
        yield _changed(item.path, quotes[0] if quotes else 1, was, now, "The licence in the manifest changes")


def _header(item: Comparison) -> Iterator[Observation]:
    (was, old_line), (now, line) = header(item.before_lines), header(item.after_lines)
    if not was or was == now:
        return
    if now:
        yield _changed(item.path, line, was, now, "The licence header changes")
    else:
        yield _observation(
            "compliance/header-removed",
            f"The licence header {quoted(was)} is removed",
            "Tools that list licences file by file no longer know the terms of this one. Put the header back.",
            Severity.LOW,
            item.base_path,
            old_line,
            "header removed",
            side=Side.LEFT,
        )


def _headerless(comparisons: Sequence[Comparison]) -> Iterator[Observation]:
    """New files without a header where every other changed file of the kind has one."""
    by_kind: dict[str, list[tuple[Comparison, str]]] = {}
    for item in comparisons:
        if item.exists and item.after.strip() and "." in item.path.rpartition("/")[2]:
            by_kind.setdefault(item.path.rpartition(".")[2], []).append((item, header(item.after_lines)[0]))
    for items in by_kind.values():
        old = [said for item, said in items if item.existed]
        if len(old) < _CUSTOM or not all(old):
            continue
        for item, said in items:
            if not item.existed and not said:
                yield _observation(
                    "compliance/header-missing",
                    "This new file has no licence header",
                    f"The other files of its kind in the change have one ({quoted(old[0])}). Add it.",
                    Severity.LOW,
                    item.path,
                    1,
                    "header missing",
                )


def _changed(path: str, line: int, was: str, now: str, what: str) -> Observation:
    stricter = is_stricter(was, now)
    return _observation(
        "compliance/licence-changed",
        f"{what} from {quoted(was)} to {quoted(now) if now else 'nothing'}",
        ("The new terms ask much more of whoever uses the code. " if stricter else "")
        + "It decides who may use the code and on what terms, and contributors gave theirs under the old one. "
        "Have whoever answers for licences agree to it.",
        Severity.HIGH if stricter else Severity.MEDIUM,
        path,
        line,
        f"{was} -> {now}",
    )


def _observation(
    rule: str, title: str, body: str, severity: Severity, path: str, line: int, subject: str, *, side: Side = Side.RIGHT
) -> Observation:
    return Observation(
        rule=rule,
        family="licence",
        category=Category.COMPLIANCE,
        title=title,
        body=body,
        severity=severity,
        confidence=Confidence.CERTAIN,
        location=at(path, line, side=side),
        subject=subject,
        symbol="",
    )
