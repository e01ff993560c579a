"""Asks whether commands that install packages fix what they install.

Read are Dockerfiles, workflows, actions and shell scripts, line by line; lines that a backslash joins are one. `pip install`
and `npm install` of a package must name just one version, `go install` and `npx` no `@latest`, and nothing that is downloaded
may go straight into a shell. What installs from the tree (a folder, a wheel, `--no-index`), from a lock file (`npm ci`, `-r`
with a file) or with `--require-hashes` is in order here, and so is a package of pip's whose version a file of the tree fixes
that the same command is given with `-c` or `-r`; whether that file fixes the rest is asked elsewhere. A command that a program
puts together is not seen, and of a workflow that is no valid YAML nobody can say that it installs nothing. Test data and
examples are left out.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from posixpath import basename, dirname, join, normpath

from fusion.check import About, Source, Subject, Towards
from fusion.checks.archive import unpacked
from fusion.checks.components import is_sample
from fusion.checks.files import Pages, TreeCheck, counted, pages, paths, refused
from fusion.checks.installing import Loose, loose
from fusion.checks.results import deviation, not_applicable, not_assessed, passed
from fusion.inventory.containers import is_dockerfile
from fusion.inventory.python import is_constraints, requirements
from fusion.model import Severity
from fusion.model.compliance import CheckResult
from fusion.reading.comparison import decoded
from fusion.reading.dependencies import kind, python_name
from fusion.reading.workflows import UnreadableWorkflow, is_action, is_workflow, workflow
from fusion.render.text import clip, exact

_MOST_JOINED = 50
"""Lines that are looked at as one."""
_Fixed = Mapping[str, frozenset[str] | None]
"""The packages that each file of constraints and requirements fixes, by its path; None: it could not be read."""


def _reads(path: str) -> bool:
    return not is_sample(path) and (
        is_dockerfile(path) or is_workflow(path) or is_action(path) or path.endswith((".sh", ".bash"))
    )


def _limits(path: str) -> bool:
    return not is_sample(path) and (is_constraints(path) or kind(path) == "requirements")


def _fixed(subject: Subject) -> _Fixed:
    found = pages(subject, _limits)
    fixed: dict[str, frozenset[str] | None] = dict.fromkeys(found.unread)
    for path, text in found.texts.items():
        if len(text) < len(subject.contents[path].decode("utf-8", "replace").removeprefix("\ufeff")):
            fixed[path] = None
            continue
        try:
            fixed[path] = frozenset(one.name for one in requirements(text) if one.pinned)
        except ValueError:
            # UnreadableManifest, and numbers that are longer than Python converts.
            fixed[path] = None
    return fixed


def _meant(name: str, path: str, fixed: _Fixed) -> list[str]:
    """The files that a command in the file `path` may mean by that name: seen from the top of the tree or from its own folder,
    else all that are called so, for a Dockerfile copies them anywhere."""
    if "://" in name or "$" in name:
        return []
    near = [one for one in (normpath(name), normpath(join(dirname(path), name))) if one in fixed]
    return near[:1] or sorted(one for one in fixed if basename(one) == basename(name))


def _looked_at(subject: Subject) -> tuple[Pages, list[str]]:
    """The texts, of which some could be read only in part, and the files that were read whole. What can be seen in a part is
    told; that nothing is in the rest cannot be."""
    found = pages(subject, _reads)
    unread = dict(found.unread)
    for path, text in found.texts.items():
        doubt = _doubt(path, text, subject.contents[path])
        if doubt:
            unread[path] = doubt
    return Pages(texts=found.texts, unread=unread), sorted(found.texts.keys() - unread.keys())


def _doubt(path: str, text: str, data: bytes) -> str:
    """Why commands may be in the file that no line shows; empty: none are."""
    whole = decoded(data)
    if whole is None:
        return "it is not UTF-8 text"
    if len(whole) > len(text):
        return f"only its first {len(text):,} characters were looked at"
    if not is_workflow(path) and not is_action(path):
        return ""
    try:
        workflow(text)
    except UnreadableWorkflow as error:
        return str(error)
    return ""


def _lines(text: str) -> Iterator[tuple[int, str]]:
    """Lines without comments, joined where a backslash ends them, with the number of the first."""
    first, parts = 0, list[str]()
    for number, raw in enumerate(text.split("\n"), start=1):
        line = raw[:2_000].rstrip()
        if line.lstrip().startswith("#"):
            continue
        first = first if parts else number
        parts.append(line.removesuffix("\\"))
        if not line.endswith("\\") or len(parts) >= _MOST_JOINED:
            yield first, " ".join(parts)
            parts = []
    if parts:
        yield first, " ".join(parts)


def _not_fixed(subject: Subject, found: Pages) -> tuple[list[tuple[str, int, Loose]], dict[str, str]]:
    """Path and line of what nothing fixes; and the files of which that cannot be said, with the reason."""
    fixed = _fixed(subject)
    open_ones: list[tuple[str, int, Loose]] = []
    unread: dict[str, str] = {}
    for path, text in sorted(found.texts.items()):
        for number, line in _lines(text):
            for one in loose(line):
                meant = [file for name in one.limits for file in _meant(name, path, fixed)]
                known = [fixed[file] for file in meant]
                if any(names is not None and _name(one) in names for names in known):
                    continue
                # Of a change the files beside it are not known.
                away = [name for name in one.limits if subject.tree.cut and "://" not in name and not _meant(name, path, fixed)]
                dark = [file for file, names in zip(meant, known, strict=True) if names is None] + away
                if dark:
                    unread[path] = f"{clip(exact(dark[0]), 120)}, which may fix what it installs, was not read"
                    continue
                open_ones.append((path, number, one))
    return open_ones, unread


def _name(one: Loose) -> str:
    return python_name(one.what.partition("[")[0].partition(";")[0].strip())


class PinnedInstalls(TreeCheck):
    """Commands that install."""

    about = About(
        id="pinned-installs",
        title="Commands that install packages fix their versions",
        rationale="A build that installs the newest takes in whatever was published a minute ago.",
        remediation="Name exact versions, or install from a lock file (`npm ci`, `pip install -r` with `--require-hashes`).",
        severity=Severity.LOW,
        reads=frozenset({Source.TREE}),
        towards=(
            Towards(catalogue="cis-github", control="2.4.2", reason="What a build fetches is fixed."),
            Towards(catalogue="soc2", control="CC6.8", reason="Changed packages do not come into builds unseen."),
            Towards(catalogue="iso27001", control="A.5.21", reason="Parts of the supply chain are fixed."),
            Towards(catalogue="scorecard", control="Pinned-Dependencies", reason="It answers a part of the question."),
        ),
        scorecard="Pinned-Dependencies",
    )

    def wants(self, path: str) -> bool:
        """Dockerfiles, workflows, actions and shell scripts, and the files that their commands may give to pip."""
        return _reads(path) or _limits(path)

    def judge(self, subject: Subject) -> CheckResult:
        """Every line of every such file."""
        found, read = _looked_at(subject)
        open_ones, unread = _not_fixed(subject, found)
        deviations = [
            deviation(
                self.about,
                f"It runs {one.what}." if one.runs else f"{clip(exact(one.what), 120)} is installed in no fixed version.",
                key=f"{path}\0{one.what}",
                path=path,
                line=number,
                severity=Severity.MEDIUM if one.runs else None,
            )
            for path, number, one in open_ones
        ]
        found = Pages(texts=found.texts, unread={**found.unread, **unread})
        read = [path for path in read if path not in unread]
        if deviations:
            told = (
                f"{counted(len(deviations), 'package or download', 'packages and downloads')} not fixed. {found.why()}".strip()
            )
            return refused(self.about, deviations, told, read=read)
        if found.unread:
            return not_assessed(self.about, found.why(), read=read[:100])
        if subject.tree.cut:
            return self.partial(subject)
        if mark := unpacked(subject):
            beside = (
                f"Nothing loose is installed in {paths(found.texts)}" if found.texts else "No command that installs is here"
            )
            why = f"{beside}, but this is a source distribution ({mark}), which leaves workflows out. Scan the repository."
            return not_assessed(self.about, why, read=read[:100] or ("tree",))
        if not found.texts:
            return not_applicable(self.about, "There is no Dockerfile, workflow or shell script.", read=("tree",))
        return passed(self.about, f"Nothing loose is installed in {paths(found.texts)}.", read=read[:100])
