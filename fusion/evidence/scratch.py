"""The scratch copy: the few files an analyzer needs, under safe names, and nothing else.

A tool finds no configuration in it (a file that some tool would read as its configuration is copied under another name, as
data), no link, no `.git`, no name that could be taken for an option or that leaves the folder. What a file is called in the
repository and in the copy is kept, so that hits can be mapped back.
"""

from __future__ import annotations

import os
import re
import shutil
import stat
import tempfile
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from fusion.evidence.suppressions import neutralise

_PREFIX = "fusion-scratch-"
_PLAIN = re.compile(r"[A-Za-z0-9_.+@=][A-Za-z0-9_.+@=-]{0,119}")
_ENDING = re.compile(r"(?:\.[A-Za-z0-9_+-]{1,20}){1,3}$")
_LONGEST_PATH = 800
_DEEPEST = 40
_DEVICES = frozenset({"con", "prn", "aux", "nul"})
_CONFIGURATION = frozenset(
    {
        *(".git", ".gitignore", ".gitattributes", ".gitmodules", ".ignore", ".rgignore", ".fdignore", ".editorconfig"),
        *(
            "pyproject.toml",
            "ruff.toml",
            ".ruff.toml",
            "setup.cfg",
            "tox.ini",
            ".flake8",
            ".bandit",
            ".bandit.yml",
            ".bandit.yaml",
        ),
        *("bandit.yaml", "bandit.yml", ".shellcheckrc", "shellcheckrc", ".hadolint.yaml", ".hadolint.yml", "hadolint.yaml"),
        *("zizmor.yml", "zizmor.yaml", ".zizmor.yml", ".zizmor.yaml", "sgconfig.yml", "sgconfig.yaml"),
        *(".betterleaks.toml", ".betterleaksignore", ".gitleaks.toml", "gitleaks.toml", ".gitleaksignore", ".gitleaksbaseline"),
        *(".oxlintrc.json", ".oxlintrc.jsonc", "oxlintrc.json", ".oxlintignore", ".eslintrc", ".eslintignore", "tsconfig.json"),
        *(
            "jsconfig.json",
            ".semgrepignore",
            ".semgrep.yml",
            ".semgrep.yaml",
            ".opengrepignore",
            ".opengrep.yml",
            ".opengrep.yaml",
        ),
        *(".checkov.yml", ".checkov.yaml", ".checkov.baseline", "whitelizer.txt", "lizard.cfg", ".lizardrc", "cppcheck.cfg"),
        *(".dockerignore", ".vulture", "mypy.ini", ".mypy.ini", "pytest.ini", ".pylintrc", "pylintrc"),
    }
)
_REMOVALS = 5
_CONFIGURATION_STEMS = ("oxlint.config.", "eslint.config.", ".eslintrc.", ".oxlintrc.", "biome.json")


@dataclass(frozen=True, slots=True, kw_only=True)
class Scratch:
    """A scratch copy on disk. `names` maps each copied path, relative to `root`, to the repository's path."""

    root: Path
    home: Path
    """An empty folder beside the copy: HOME and TMPDIR of the tool."""
    names: Mapping[str, str] = field(default_factory=dict)

    def original(self, path: str) -> str | None:
        """The repository's path for a path a tool reported: relative, absolute, or with `./`; None when it is not ours."""
        if path in self.names:
            return self.names[path]
        if path.startswith("/"):
            for root in (str(self.root), str(self.root.resolve())):
                if path.startswith(root + "/"):
                    path = path[len(root) + 1 :]
                    break
        return self.names.get(os.path.normpath(path))


@contextmanager
def scratch(contents: Mapping[str, bytes], *, parent: Path | None = None) -> Iterator[Scratch]:
    """A scratch copy of `contents` (repository path -> bytes), removed at the end. Raises OSError when it cannot be written."""
    folder = Path(tempfile.mkdtemp(prefix=_PREFIX, dir=parent)).resolve()
    try:
        yield write(folder, contents)
    finally:
        _remove(folder)


def _remove(folder: Path) -> None:
    """Remove the copy, and what a killed tool wrote to it while it was removed: its processes end a moment after it."""
    for _ in range(_REMOVALS):
        shutil.rmtree(folder, ignore_errors=True)
        if not folder.exists():
            return
        time.sleep(0.02)


def sweep(parent: Path, *, older_than: float) -> int:
    """Remove our scratch copies below `parent` that a killed process left behind; `older_than` in seconds. Returns how many."""
    removed = 0
    for folder in parent.glob(f"{_PREFIX}*"):
        try:
            status = folder.lstat()
        except OSError:
            continue
        if stat.S_ISDIR(status.st_mode) and status.st_uid == os.geteuid() and time.time() - status.st_mtime > older_than:
            shutil.rmtree(folder, ignore_errors=True)
            removed += 1
    return removed


def write(folder: Path, contents: Mapping[str, bytes]) -> Scratch:
    """Write the copy below an empty folder, with the authors' suppression comments neutralised."""
    root, home = folder / "files", folder / "home"
    root.mkdir()
    home.mkdir()
    names: dict[str, str] = {}
    aliases = Aliases()
    for original, data in contents.items():
        path = aliases.name(original)
        target = root / path
        target.parent.mkdir(parents=True, exist_ok=True)
        descriptor = os.open(target, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW, 0o600)
        with os.fdopen(descriptor, "wb") as stream:
            stream.write(neutralise(data))
        names[path] = original
    return Scratch(root=root, home=home, names=names)


class Aliases:
    """Gives each repository path a safe one of its own: the same where it is plain, else with the odd parts renamed."""

    def __init__(self) -> None:
        self._files: set[str] = set()
        self._folders: set[str] = set()
        self._renamed: dict[tuple[str, str], str] = {}
        self._count = 0

    def name(self, original: str) -> str:
        """The safe path, relative, never handed out before. The same folder always gets the same name."""
        *folders, last = original.split("/")
        if len(original) > _LONGEST_PATH or len(folders) > _DEEPEST:
            folders = []
        parent = ""
        for folder in folders:
            parent = self._folder(parent, folder)
        path = f"{parent}{last}"
        if not _is_plain(last) or _is_configuration(last) or self._is_taken(path):
            path = self._fresh(parent, last)
        self._files.add(path.casefold())
        return path

    def _folder(self, parent: str, name: str) -> str:
        """The safe path of a folder, with a slash at its end."""
        if (parent, name) not in self._renamed:
            path = f"{parent}{name}"
            other_case = path.casefold() in self._folders
            odd = not _is_plain(name) or _is_configuration(name) or path.casefold() in self._files or other_case
            path = self._fresh(parent, "") if odd else path
            self._folders.add(path.casefold())
            self._renamed[parent, name] = path
        return self._renamed[parent, name] + "/"

    def _is_taken(self, path: str) -> bool:
        return path.casefold() in self._files or path.casefold() in self._folders

    def _fresh(self, parent: str, name: str) -> str:
        ending = _ENDING.search(name)
        while True:
            self._count += 1
            path = f"{parent}renamed-{self._count}{ending[0] if ending else ''}"
            if not self._is_taken(path):
                return path


def _is_plain(name: str) -> bool:
    """Letters, digits and a few signs; no dots only, no trailing dot, nothing an old file system reserves."""
    return bool(_PLAIN.fullmatch(name)) and name.strip(".") != "" and not name.endswith(".") and name.lower() not in _DEVICES


def _is_configuration(name: str) -> bool:
    low = name.lower()
    return low in _CONFIGURATION or low.startswith(_CONFIGURATION_STEMS)
