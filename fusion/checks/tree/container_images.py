"""Asks whether container images run as an ordinary user, and whether secrets are built into their layers.

Every Dockerfile outside of tests and examples is read. The last stage's last `USER` counts; a stage that builds on an earlier
one takes its user over. Without any, the base decides, and most run as root: that fails unless the base says `nonroot` in its
name. Secrets are values of `ENV` and `ARG` whose name speaks of one, and files such as `.env` or `id_rsa` that are copied in:
layers keep them even where a later line takes them out. Whether bases are pinned is a check over dependencies. Reference:
"Dockerfile reference" in Docker's documentation.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from fusion.changes.roles import is_example, is_test
from fusion.changes.selection import outside
from fusion.check import About, Source, Subject, Towards
from fusion.checks.files import MAX_CHARS, TreeCheck, counted, pages, refused
from fusion.checks.results import deviation, not_applicable, not_assessed, passed
from fusion.model import Severity
from fusion.model.compliance import CheckResult, Deviation
from fusion.render.text import clip, exact

_FILE = re.compile(r"(?:^|/)(?:(?:Dockerfile|Containerfile)(?:\.[\w-]+)?|[\w.-]+\.(?:dockerfile|containerfile))$", re.I)
_NO_FILE = re.compile(r"\.(?:md|rst|txt|py|js|ts|go|j2|tmpl|tpl|erb|dockerignore|ignore|sh|ya?ml|json)$", re.I)
_FROM = re.compile(r"FROM\s+(?:--\S{1,200}\s+){0,3}(\S{1,500})(?:\s+AS\s+(\S{1,200}))?", re.I)
_SECRET = re.compile(
    r"(?:^|_)(?:PASS(?:WORD|WD|PHRASE)?|SECRET(?:_?KEY)?|(?:AUTH_?|ACCESS_?|API_?)?TOKEN|API_?KEY|PRIVATE_?KEY|CREDENTIALS?)$",
    re.I,
)
_COPIED = re.compile(
    r"(?:^|/)(?:\.env|id_(?:rsa|dsa|ecdsa|ed25519)|\.npmrc|\.pypirc|\.netrc|\.git-credentials|[\w.-]{1,80}\.(?:pem|pfx|p12))$"
)
_PAIR = re.compile(r"([A-Za-z_]\w{0,100})=(\"[^\"]{0,1000}\"|'[^']{0,1000}'|\S{0,1000})")
_ROOT = re.compile(r"(?:root|0)(?::.{0,100})?", re.I)
_ORDINARY = re.compile(r"nonroot|rootless|unprivileged", re.I)


@dataclass(frozen=True, slots=True)
class _Stage:
    base: str
    line: int
    user: str
    """Empty: the base's."""


class ContainerImages(TreeCheck):
    """Users and layers."""

    about = About(
        id="container-images",
        title="Container images run as an ordinary user and hold no secrets",
        rationale="Who takes over a program that runs as root is root in the container; what lies in a layer, everyone reads.",
        remediation="End the Dockerfile with `USER` and a number above 0; hand secrets over with `RUN --mount=type=secret`.",
        severity=Severity.MEDIUM,
        reads=frozenset({Source.TREE}),
        towards=(
            Towards(catalogue="ssdf", control="PW.9.1", reason="What runs has no more rights than it needs."),
            Towards(
                catalogue="soc2", control="CC6.1", reason="Rights of programs are limited, and credentials stay out of images."
            ),
            Towards(catalogue="iso27001", control="A.8.9", reason="Images are configured securely."),
        ),
    )

    def wants(self, path: str) -> bool:
        """Dockerfiles that are not tests' or examples'."""
        if _FILE.search(path) is None or _NO_FILE.search(path) is not None:
            return False
        return not (is_test(path) or is_example(path) or outside(path))

    def judge(self, subject: Subject) -> CheckResult:
        """Every Dockerfile by itself."""
        found = pages(subject, self.wants)
        against: list[Deviation] = []
        open_: list[str] = []
        for path, text in sorted(found.texts.items()):
            against += self._in(path, text)
            if _unsettled(text):
                open_.append(path)
        if against:
            files = counted(len({one.path for one in against}), "Dockerfile")
            told = f"{counted(len(against), 'weakness', 'weaknesses')} in {files}."
            return refused(self.about, against, told, read=sorted(found.texts))
        if found.unread:
            return not_assessed(self.about, found.why())
        if subject.tree.cut:
            return self.partial(subject)
        if open_:
            return not_assessed(
                self.about, f"{clip(exact(open_[0]), 120)} names its user by a variable, or is cut off; look at it."
            )
        if not found.texts:
            return not_applicable(self.about, "There is no Dockerfile.", read=("tree",))
        told = f"{counted(len(found.texts), 'Dockerfile')}: ordinary users, and no secret that can be seen."
        return passed(self.about, told, read=sorted(found.texts))

    def _in(self, path: str, text: str) -> Iterator[Deviation]:
        stages = _stages(text)
        if stages:
            last = stages[-1]
            user, base = last.user, clip(exact(last.base), 80)
            if _ROOT.fullmatch(user):
                yield deviation(self.about, "The image runs as root.", key=f"{path}\0root", path=path, line=last.line)
            elif not user and not _ORDINARY.search(last.base) and last.base.lower() != "scratch":
                title = f"The image names no user, so it runs as its base's (`{base}`), which is mostly root."
                yield deviation(self.about, title, key=f"{path}\0root", path=path, line=last.line)
        for number, line in _lines(text):
            word, _, rest = line.partition(" ")
            if word.upper() in ("ENV", "ARG"):
                yield from self._named(path, number, word.upper(), rest.strip())
            elif word.upper() in ("COPY", "ADD"):
                for source in rest.split()[:-1]:
                    if _COPIED.search(source[:300]):
                        title = f"`{clip(exact(source), 80)}` is copied into a layer."
                        yield deviation(
                            self.about, title, key=f"{path}\0copy {source}", path=path, line=number, severity=Severity.HIGH
                        )

    def _named(self, path: str, number: int, word: str, rest: str) -> Iterator[Deviation]:
        pairs = _PAIR.findall(rest)
        if not pairs and word == "ENV":
            name, _, value = rest.partition(" ")
            pairs = [(name, value)]
        for name, value in pairs:
            given = value.strip().strip("\"'")
            if _SECRET.search(name) and given and not given.startswith("$"):
                title = f"`{clip(exact(name), 60)}` has a value that every layer keeps."
                yield deviation(self.about, title, key=f"{path}\0{name}", path=path, line=number, severity=Severity.HIGH)


def _lines(text: str) -> Iterator[tuple[int, str]]:
    """Logical lines with the number of their first; comments left out."""
    held, begun = "", 0
    for number, line in enumerate(text.split("\n"), 1):
        line = line.strip()
        if line.startswith("#") or (not line and held):
            continue
        begun = begun or number
        if line.endswith("\\"):
            held += line[:-1] + " "
            continue
        if (held + line).strip():
            yield begun, (held + line).strip()
        held, begun = "", 0
    if held.strip():
        yield begun, held.strip()


def _stages(text: str) -> list[_Stage]:
    stages: list[_Stage] = []
    named: dict[str, _Stage] = {}
    alias = ""
    for number, line in _lines(text):
        word, _, rest = line.partition(" ")
        match = _FROM.match(line) if word.upper() == "FROM" else None
        if match:
            earlier = named.get(match[1].lower())
            stage = _Stage(earlier.base, number, earlier.user) if earlier else _Stage(match[1], number, "")
            alias = (match[2] or "").lower()
            stages.append(stage)
        elif word.upper() == "USER" and stages:
            stages[-1] = _Stage(stages[-1].base, number, rest.strip())
        if alias and stages:
            named[alias] = stages[-1]
    return stages


def _unsettled(text: str) -> bool:
    stages = _stages(text)
    return (
        len(text) >= MAX_CHARS
        or not stages
        or stages[-1].user.startswith("$")
        or (not stages[-1].user and "$" in stages[-1].base)
    )
