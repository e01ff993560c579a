"""Asks whether a CODEOWNERS file names an owner for every file, in lines that GitHub understands.

GitHub takes the first of `.github/CODEOWNERS`, `CODEOWNERS` and `docs/CODEOWNERS`; of the lines that match a file the last
counts, and a line without an owner takes ownership away. Lines that GitHub skips are deviations: negation (`!`), ranges (`[]`),
an escaped `#`, and owners that are neither `@user`, `@organisation/team` nor an address. A symbolic link is no such file:
GitHub does not follow it. Whether the owners exist and may write is not in the tree. Reference: "About code owners" in GitHub's
documentation.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from fusion.check import About, Source, Subject, Towards
from fusion.checks.files import MAX_CHARS, TreeCheck, counted, pages, paths, refused, regular
from fusion.checks.links import not_followed
from fusion.checks.results import deviation, not_assessed, passed
from fusion.model import Severity
from fusion.model.compliance import CheckResult, Deviation
from fusion.render.text import clip, exact

_PLACES = (".github/CODEOWNERS", "CODEOWNERS", "docs/CODEOWNERS")
_OWNER = re.compile(r"@[A-Za-z0-9][\w-]{0,99}(?:/[\w.-]{1,100})?|[^@\s]{1,64}@[^@\s]{1,190}")
_EVERYTHING = frozenset({"*", "**", "/**"})
_MAX_MATCHES = 500_000
"""Lines times files."""


@dataclass(frozen=True, slots=True)
class _Line:
    number: int
    pattern: str
    owned: bool


class CodeOwnersFile(TreeCheck):
    """Owners in writing."""

    about = About(
        id="code-owners-file",
        title="A CODEOWNERS file names owners of everything",
        rationale="What nobody owns, nobody looks after, and rules that demand owners' approval do not hold for it.",
        remediation="Write `.github/CODEOWNERS`, beginning with a line `* @organisation/team`; mend the lines that are named. "
        "GitHub shows such lines in the file's page as well.",
        severity=Severity.LOW,
        reads=frozenset({Source.TREE}),
        towards=(
            Towards(catalogue="cis-github", control="1.1.6", reason="Whether owners are named."),
            Towards(catalogue="soc2", control="CC1.3", reason="Responsibility for parts of the code is assigned in writing."),
            Towards(
                catalogue="iso27001", control="A.5.2", reason="Responsibility for parts of the code is assigned in writing."
            ),
        ),
    )

    def wants(self, path: str) -> bool:
        """The three places."""
        return path in _PLACES

    @staticmethod
    def _is_place(path: str) -> bool:
        return path in (*_PLACES, ".github", "docs")

    def judge(self, subject: Subject) -> CheckResult:
        """The first file is GitHub's."""
        found = pages(subject, self.wants)
        path = next((one for one in _PLACES if one in found.texts or one in found.unread), "")
        if path in found.unread:
            return not_assessed(self.about, found.why())
        if not path:
            if subject.tree.cut:
                return self.partial(subject)
            link = not_followed(subject.tree, self._is_place)
            return self.absent(subject, f"No CODEOWNERS file lies in the repository. {link}".strip())
        before = _PLACES[: _PLACES.index(path)]
        if link := not_followed(subject.tree, lambda one: one in before or (one == ".github" and path != _PLACES[0])):
            told = f"{link} Whether it goes on to {path} then, nobody knows: make the link a file, or take it away."
            return not_assessed(self.about, told, read=(path,))
        text = found.texts[path]
        lines, deviations = self._lines(path, text)
        every = [file.path for file in regular(subject.tree)]
        if len(text) >= MAX_CHARS:
            return self._unfinished(path, deviations)
        if not (all(line.owned for line in lines) and any(line.pattern in _EVERYTHING for line in lines)):
            if len(lines) * len(every) > _MAX_MATCHES:
                return self._unfinished(path, deviations)
            deviations += self._unowned(path, lines, every)
        if deviations:
            return refused(self.about, deviations, self._told(path, deviations), read=(path,))
        if subject.tree.cut:
            return self.partial(subject)
        return passed(self.about, f"{path} names owners of {counted(len(every), 'file')}.", read=(path, "tree"))

    def _unfinished(self, path: str, deviations: list[Deviation]) -> CheckResult:
        if deviations:
            return refused(self.about, deviations, self._told(path, deviations), read=(path,))
        reason = f"{path} has too many lines for so many files. Begin it with `* @owner`, and name owners of folders."
        return not_assessed(self.about, reason, read=(path,))

    def _told(self, path: str, deviations: Sequence[Deviation]) -> str:
        return f"{path}: {deviations[0].title}" if len(deviations) == 1 else f"{path}: {len(deviations)} things are wrong."

    def _lines(self, path: str, text: str) -> tuple[list[_Line], list[Deviation]]:
        lines: list[_Line] = []
        wrong: list[Deviation] = []
        for number, raw in enumerate(text.splitlines(), 1):
            words = re.sub(r"(?:^|\s)#.*", "", raw).replace("\\ ", "\0").split()
            if not words:
                continue
            pattern, owners = words[0].replace("\0", " "), words[1:]
            bad = [owner for owner in owners if _OWNER.fullmatch(owner) is None]
            shown = clip(exact(pattern), 80)
            title = ""
            if pattern.startswith(("!", "\\#")) or "[" in pattern:
                title = f"GitHub skips the line for `{shown}`: it knows no negation, ranges or escapes."
            elif bad:
                title = f"`{clip(exact(bad[0]), 80)}` is no owner (line for `{shown}`)."
            if title:
                wrong.append(deviation(self.about, title, key=f"line {pattern} {' '.join(bad)}", path=path, line=number))
            if not title:
                lines.append(_Line(number, pattern, bool(owners)))
        return lines, wrong

    def _unowned(self, path: str, lines: Sequence[_Line], every: Sequence[str]) -> list[Deviation]:
        rules = [(_segments(line.pattern), line.owned) for line in reversed(lines)]
        tops: dict[str, list[str]] = {}
        for file in every:
            parts = file.split("/")
            owned = next((owned for segments, owned in rules if _matches(segments, parts)), False)
            if not owned:
                tops.setdefault(parts[0] if len(parts) > 1 else file, []).append(file)
        return [
            deviation(
                self.about,
                f"Nobody owns {paths(files)}.",
                key=f"unowned {top}",
                path=path,
                severity=Severity.LOW,
            )
            for top, files in sorted(tops.items())
        ]


def _segments(pattern: str) -> tuple[str, ...]:
    """A pattern as segments from the root; `**` stands for any folders, and what is below a match belongs to it."""
    anchored = "/" in pattern.rstrip("/")
    inner = [one for one in pattern.split("/") if one]
    segments = inner if anchored else ["**", *inner]
    # Only a last `*` keeps to its own folder; any other match takes in all that is below.
    if pattern.endswith("/") or (inner and inner[-1] != "*") or not anchored:
        segments = [*segments, "**"]
    return tuple(segments)


def _matches(segments: Sequence[str], parts: Sequence[str]) -> bool:
    reached = {0}
    for segment in segments:
        if segment == "**":
            reached = set(range(min(reached), len(parts) + 1)) if reached else reached
        else:
            reached = {at + 1 for at in reached if at < len(parts) and _fits(segment, parts[at])}
        if not reached:
            return False
    return len(parts) in reached


def _fits(pattern: str, name: str) -> bool:
    """Whether `*` and `?` make the name, without backtracking over more than the last star."""
    at = here = 0
    star, mark = -1, 0
    while at < len(name):
        if here < len(pattern) and pattern[here] == "*":
            star, mark, here = here, at, here + 1
        elif here < len(pattern) and pattern[here] in ("?", name[at]):
            at, here = at + 1, here + 1
        elif star >= 0:
            mark, here = mark + 1, star + 1
            at = mark
        else:
            return False
    return pattern[here:].strip("*") == ""
