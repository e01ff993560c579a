"""Manifests of Python: requirements files with hashes, pyproject.toml (PEP 621, PEP 735, Poetry), Pipfile."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace

from fusion.inventory.documents import hashes, lines_at, mapping, sequence, word
from fusion.inventory.entries import Entry, Format, Lock, Named
from fusion.reading.comparison import lines_of
from fusion.reading.dependencies import Dependency, dependencies, kind, python_name, table

_EXACT = re.compile(r"\s*(?:={2,3}\s*)?v?(\d[\w.!+-]*)\s*$")
_CONSTRAINTS = re.compile(r"(?:^|[-_.])constraints?(?:[-_.][\w.-]*)?\.txt$", re.I)
_COMMIT = re.compile(r"@([0-9a-f]{40})(?:#|$)")
_PIPFILE_KEY = re.compile(r"^[ \t]*[\"']?([A-Za-z0-9][\w.-]{0,200})[\"']?[ \t]*=", re.M)


def exact(wanted: str) -> str:
    """The version, if just one is asked for; else empty."""
    match = _EXACT.match(wanted)
    return match[1] if match and "*" not in wanted else ""


def entry(found: Dependency) -> Entry:
    """An entry as the reader of manifests gives it."""
    version = exact(found.version)
    commit = _COMMIT.search(found.address)
    said = hashes(found.address.partition("#")[2]) if found.source == "url" else ()
    return Entry(
        type="pypi",
        name=found.name,
        version=version,
        wanted=found.version or found.address,
        line=found.line,
        pinned=bool(version or commit or said),
        hashes=said,
        hashed=bool(commit or said),
        direct=not found.transitive,
        development=found.optional,
        source="git" if found.source == "git" else "url" if found.source == "url" else "registry",
        address=found.address,
    )


def requirements(text: str) -> Iterator[Entry]:
    """A requirements file, in pip's format, with the hashes of its entries."""
    lines = lines_of(text)
    for found in dependencies("requirements.txt", text):
        if found.source == "path":
            continue
        block: list[str] = []
        for line in lines[found.line - 1 : found.line + 400]:
            block.append(line[:2_000])
            if not line.rstrip().endswith("\\"):
                break
        said = hashes(*(part for line in block for part in re.findall(r"--hash[= ](\S+)", line)))
        one = entry(found)
        yield replace(one, hashes=said or one.hashes, hashed=one.hashed or bool(said), pinned=one.pinned or bool(said))


def is_constraints(path: str) -> bool:
    """Whether it is a constraints file by its name."""
    return _CONSTRAINTS.search(path.rpartition("/")[2]) is not None


def constraints(text: str) -> Lock:
    """A constraints file: versions for what others ask for."""
    return replace(compiled(text), strict=False)


def compiled(text: str) -> Lock:
    """What a resolver wrote beside a `.in` file."""
    return Lock(packages=tuple(replace(one, direct=False) for one in requirements(text) if one.pinned))


def pyproject(text: str) -> Iterator[Entry]:
    """pyproject.toml; what only a build needs is not looked for in lock files, which leave it out."""
    data = table(text)
    build = {line for line in sequence(mapping(data.get("build-system")).get("requires")) if isinstance(line, str)}
    names = {python_name(re.split(r"[^\w.-]", line.strip(), maxsplit=1)[0]) for line in build}
    asked: set[str] = set()
    for found in dependencies("pyproject.toml", text):
        if found.source == "path":
            continue
        asked.add(found.name)
        yield replace(entry(found), lockable=not (found.optional and found.name in names))


def pipfile(text: str) -> Iterator[Entry]:
    """Pipfile: packages and dev-packages."""
    data, lines = table(text), lines_at(_PIPFILE_KEY, text)
    for section in ("packages", "dev-packages"):
        for name, said in mapping(data.get(section)).items():
            git, version = mapping(said).get("git"), said if isinstance(said, str) else word(mapping(said).get("version"))
            if mapping(said).get("path") is not None:
                continue
            address = f"git+{git}@{word(mapping(said).get('ref'))}" if isinstance(git, str) else ""
            found = Dependency(
                ecosystem="pypi",
                name=python_name(name),
                version="" if version == "*" else version,
                line=lines.get(name, 1),
                source="git" if address else "registry",
                address=address,
                optional=section != "packages",
            )
            yield entry(found)


def _is_requirements(path: str) -> bool:
    return kind(path) == "requirements"


FORMATS = (
    Format(name="pip constraints", type="pypi", matches=lambda path: _CONSTRAINTS.search(path) is not None, lock=constraints),
    Format(name="pip requirements", type="pypi", matches=_is_requirements, entries=requirements, locks=("constraints.txt",)),
    Format(
        name="pyproject.toml",
        type="pypi",
        matches=Named("pyproject.toml"),
        entries=pyproject,
        locks=("uv.lock", "poetry.lock", "pdm.lock", "pylock.toml", "constraints.txt"),
        above=True,
    ),
    Format(name="Pipfile", type="pypi", matches=Named("Pipfile"), entries=pipfile, locks=("Pipfile.lock",)),
)
