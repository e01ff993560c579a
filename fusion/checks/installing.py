"""Commands that install packages, as lines of shell scripts have them: what each names, and what is told to fix it.

References: the manuals of `pip install`, `uv pip install`, `npm install`, `npx` and `go install`.
"""

from __future__ import annotations

import re
import shlex
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

_COMMAND = re.compile(
    r"\b(?P<tool>(?:python[\d.]*\s+-m\s+|uv\s+)?pip[\d.]*\s+install|npm\s+(?:install|i|add)|go\s+install|npx)\s+(?P<rest>[^|;&`#]*)"
)
_PIPED = re.compile(r"\b(?:curl|wget)\b[^|;&#]{0,400}\|\s*(?:sudo\s+)?(?:ba|z|da)?sh\b")
_EXACT_PIP = re.compile(r"===?[^*]+$|@ ?[^@]*[0-9a-f]{40}")
_EXACT = re.compile(r".@\^?v?\d+\.\d+\.\d+|.@[0-9a-f]{40}")
_LIMITS = ("-r", "-c", "--requirement", "--requirements", "--constraint", "--constraints")
_PIP_OPERANDS = frozenset(
    {*_LIMITS, "-i", "--index-url", "--extra-index-url", "--index", "--default-index", "-f", "--find-links", "-e", "--editable"}
    | {"-t", "--target", "--prefix", "--root", "--src", "--python", "-p", "--python-version", "--python-platform", "--platform"}
    | {"--abi", "--implementation", "--only-binary", "--no-binary", "--upgrade-strategy", "--config-settings", "-C", "--report"}
    | {"--global-option", "--build-constraint", "--build-constraints", "-b", "--group", "--progress-bar", "--log", "--proxy"}
    | {"--root-user-action", "--use-feature", "--use-deprecated", "--exists-action", "--retries", "--timeout", "--cert"}
    | {"--client-cert", "--trusted-host", "--allow-insecure-host", "--cache-dir", "--keyring-provider", "--extra"}
    | {"--index-strategy", "--resolution", "--prerelease", "--link-mode", "--exclude-newer", "--override", "--overrides"}
    | {"--config-file", "--directory", "--project", "--torch-backend", "--no-build-package", "--no-binary-package"}
    | {"--reinstall-package", "--refresh-package", "-P", "--upgrade-package"}
)
_NPM_OPERANDS = frozenset(
    {"--registry", "--prefix", "-C", "-w", "--workspace", "--cache", "--userconfig", "--globalconfig", "--loglevel", "--omit"}
    | {"--include", "--location", "--install-strategy", "--before", "--tag", "--otp", "--script-shell", "--save-prefix"}
    | {"-p", "--package", "-c", "--call"}
)
_GO_OPERANDS = frozenset(
    {"-tags", "-ldflags", "-gcflags", "-asmflags", "-buildmode", "-mod", "-modfile", "-overlay", "-pkgdir", "-toolexec", "-C"}
    | {"-p", "-covermode", "-coverpkg", "-installsuffix", "-pgo"}
)
"""Options whose next word is theirs."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Loose:
    """A package in no fixed version, or another way to take in whatever is there today."""

    what: str
    """The package as it is written, or what is run."""
    runs: bool = False
    """Whether it is run and no package."""
    limits: tuple[str, ...] = ()
    """Files of constraints and requirements that the same command of pip is given, as it calls them: they may fix it."""


def loose(line: str) -> Iterator[Loose]:
    """What a line installs without fixing it by itself, each as it is written."""
    if _PIPED.search(line):
        yield Loose(what="a download that goes into a shell", runs=True)
    for found in _COMMAND.finditer(line):
        words = _words(found["rest"])
        tool = found["tool"]
        if tool.startswith("npx"):
            yield from _npx(words)
        elif tool.startswith("npm"):
            yield from (Loose(what=one) for one in _named(words, _NPM_OPERANDS) if not _EXACT.search(one))
        elif tool.startswith("go"):
            # Without a version it is that of go.mod, or an error.
            yield from (Loose(what=one) for one in _named(words, _GO_OPERANDS) if "@" in one and not _EXACT.search(one))
        else:
            yield from _pip(words)


def _words(rest: str) -> list[str]:
    try:
        return shlex.split(rest)
    except ValueError:
        return rest.split()


def _pip(words: Sequence[str]) -> Iterator[Loose]:
    # Without an index only what lies at hand is installed.
    if "--require-hashes" in words or ("--no-index" in words and not any("://" in word for word in words)):
        return
    limits = tuple(_values(words, _LIMITS))
    for word in _named(words, _PIP_OPERANDS):
        # No package's name has a slash: it is a folder, unless an address or what stands after `@` has it.
        if not _EXACT_PIP.search(word) and ("/" not in word.partition("@")[0] or "://" in word):
            yield Loose(what=word, limits=limits)


def _npx(words: Sequence[str]) -> Iterator[Loose]:
    """The packages that npx is told to bring, else the one whose command it runs."""
    if {"--no-install", "--no"} & set(words):
        return
    brought = list(_values(words, ("-p", "--package"))) or list(_named(words, _NPM_OPERANDS))[:1]
    yield from (Loose(what=one) for one in brought if not _EXACT.search(one) and re.match(r"[@A-Za-z]", one))


def _values(words: Sequence[str], options: Sequence[str]) -> Iterator[str]:
    """What the words give to any of these options: the next word, what stands behind `=`, or behind a single letter."""
    for at, word in enumerate(words):
        name, equals, value = word.partition("=")
        if word in options:
            yield from words[at + 1 : at + 2]
        elif equals and name in options:
            yield value
        elif word[:2] in options and not word.startswith("--"):
            yield word[2:]


def _named(words: Sequence[str], operands: frozenset[str]) -> Iterator[str]:
    """The packages among the words of a command; paths, options, files and variables are none."""
    skip = False
    for word in words:
        if skip or word.startswith("-"):
            skip = not skip and word in operands
        elif word in ("\\", "&&", "||") or word.startswith(("$", ".", "/", "~", "file:", ">", "<", "*")):
            continue
        elif re.match(r"[@A-Za-z]", word) and not re.search(r"\.(?:whl|tgz|txt|tar\.gz)$|\$", word):
            yield word
