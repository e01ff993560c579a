"""Asks whether commands that install packages fix what they install.

Read are Dockerfiles, workflows, actions and shell scripts, line by line; lines that a backslash joins are one. `pip install`
and `npm install` of a package must name just one version, `go install` and `npx` no `@latest`, and nothing that is downloaded
may go straight into a shell. What installs from the tree, from a lock file (`npm ci`, `-r` with a file) or with
`--require-hashes` is in order here; whether that file fixes versions is asked elsewhere. A command that a program puts together
is not seen, and of a workflow that is no valid YAML nobody can say that it installs nothing. Test data and examples are left
out.
"""

from __future__ import annotations

import re
import shlex
from collections.abc import Iterator

from fusion.check import About, Source, Subject, Towards
from fusion.checks.components import is_sample
from fusion.checks.files import Pages, TreeCheck, counted, pages, paths, refused
from fusion.checks.results import deviation, not_applicable, not_assessed, passed
from fusion.inventory.containers import is_dockerfile
from fusion.model import Severity
from fusion.model.compliance import CheckResult
from fusion.reading.comparison import decoded
from fusion.reading.workflows import UnreadableWorkflow, is_action, is_workflow, workflow
from fusion.render.text import clip, exact

_COMMAND = re.compile(
    r"\b(?P<tool>(?:python[\d.]*\s+-m\s+|uv\s+)?pip[\d.]*\s+install|npm\s+(?:install|i|add)|go\s+install|npx)\s+(?P<rest>[^|;&`#]*)"
)
_PIPED = re.compile(r"\b(?:curl|wget)\b[^|;&#]{0,400}\|\s*(?:sudo\s+)?(?:ba|z|da)?sh\b")
_OPERANDS = frozenset(
    {"-r", "-c", "--requirement", "--constraint", "-i", "--index-url", "--extra-index-url", "-t", "--target", "--prefix", "-e"}
    | {"--editable", "--python", "-f", "--find-links", "--registry", "-p", "--package"}
)
"""Options whose next word is theirs."""


_MOST_JOINED = 50
"""Lines that are looked at as one."""


def _reads(path: str) -> bool:
    return not is_sample(path) and (
        is_dockerfile(path) or is_workflow(path) or is_action(path) or path.endswith((".sh", ".bash"))
    )


def loose(line: str) -> Iterator[str]:
    """What a line installs without fixing it, each as it is written."""
    if _PIPED.search(line):
        yield "a download that goes into a shell"
    for found in _COMMAND.finditer(line):
        if "--require-hashes" in found["rest"]:
            continue
        exact_form = (
            re.compile(r"===?[^*]+$|@ ?[^@]*[0-9a-f]{40}")
            if "pip" in found["tool"]
            else re.compile(r".@\^?v?\d+\.\d+\.\d+|.@[0-9a-f]{40}")
        )
        for word in _named(found["rest"]):
            if exact_form.search(word) is None:
                yield word
            if found["tool"].startswith("npx"):
                break


def _named(rest: str) -> Iterator[str]:
    """The packages among the words of a command; paths, options, files and variables are none."""
    try:
        words = shlex.split(rest)
    except ValueError:
        words = rest.split()
    skip = False
    for word in words:
        if skip or word.startswith("-"):
            skip = not skip and word in _OPERANDS
        elif word in ("\\", "&&", "||") or word.startswith(("$", ".", "/", "~", "file:", ">", "<", "*")):
            continue
        elif re.match(r"[@A-Za-z]", word) and not re.search(r"\.(?:whl|tgz|txt|tar\.gz)$|\$", word):
            yield word


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
        """Dockerfiles, workflows, actions and shell scripts."""
        return _reads(path)

    def judge(self, subject: Subject) -> CheckResult:
        """Every line of every such file."""
        found, read = _looked_at(subject)
        deviations = [
            deviation(
                self.about,
                f"{clip(exact(word), 120)} is installed in no fixed version." if " " not in word else f"It runs {word}.",
                key=f"{path}\0{word}",
                path=path,
                line=number,
                severity=Severity.MEDIUM if " " in word else None,
            )
            for path, text in sorted(found.texts.items())
            for number, line in _lines(text)
            for word in loose(line)
        ]
        if deviations:
            told = (
                f"{counted(len(deviations), 'package or download', 'packages and downloads')} not fixed. {found.why()}".strip()
            )
            return refused(self.about, deviations, told, read=read)
        if found.unread:
            return not_assessed(self.about, found.why(), read=read[:100])
        if subject.tree.cut:
            return self.partial(subject)
        if not found.texts:
            return not_applicable(self.about, "There is no Dockerfile, workflow or shell script.", read=("tree",))
        return passed(self.about, f"Nothing loose is installed in {paths(found.texts)}.", read=read[:100])
