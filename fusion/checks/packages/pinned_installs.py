"""Asks whether commands that install packages fix what they install.

Read are Dockerfiles, workflows, actions and shell scripts, line by line. `pip install` and `npm install` of a package must
name just one version, `go install` and `npx` no `@latest`, and nothing that is downloaded may go straight into a shell.
What installs from the tree, from a lock file (`npm ci`, `-r` with a file) or with `--require-hashes` is in order here;
whether that file fixes versions is asked elsewhere. A command that a program puts together is not seen. Test data and
examples are left out.
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
from fusion.reading.workflows import is_action, is_workflow
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
        found: Pages = pages(subject, _reads)
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
            for number, line in enumerate(text.split("\n"), start=1)
            if not line.lstrip().startswith("#")
            for word in loose(line[:2_000])
        ]
        if deviations:
            told = (
                f"{counted(len(deviations), 'package or download', 'packages and downloads')} not fixed. {found.why()}".strip()
            )
            return refused(self.about, deviations, told, read=sorted(found.texts))
        if found.unread:
            return not_assessed(self.about, found.why(), read=sorted(found.texts)[:100])
        if subject.tree.cut:
            return self.partial(subject)
        if not found.texts:
            return not_applicable(self.about, "There is no Dockerfile, workflow or shell script.", read=("tree",))
        return passed(self.about, f"Nothing loose is installed in {paths(found.texts)}.", read=sorted(found.texts)[:100])
