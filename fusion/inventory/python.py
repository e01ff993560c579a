"""Manifests of Python: requirements files with hashes, pyproject.toml (PEP 621, PEP 735, Poetry), Pipfile."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any

from fusion.inventory.documents import hashes, lines_at, mapping, sequence, word
from fusion.inventory.entries import Entry, Format, Lock, Named, NoManifest
from fusion.inventory.indexes import of_pipfile, of_pyproject
from fusion.inventory.pip_options import is_conditional, left, logical, origins, packed
from fusion.reading.dependencies import Dependency, dependencies, kind, python_name, table

_EXACT = re.compile(r"\s*(?:={2,3}\s*)?v?(\d[\w.!+-]*)\s*$")
_CONSTRAINTS = re.compile(r"(?:^|[-_.])constraints?(?:[-_.][\w.-]*)?\.txt$", re.I)
_COMMIT = re.compile(r"@([0-9a-f]{40})(?:#|$)")
_WHEEL = re.compile(r"([A-Za-z0-9][\w.]{0,200})-(\d[\w.!+]{0,80})(?:-\d\w{0,40})?-[\w.]{1,200}-[\w.]{1,80}-[\w.]{1,200}\.whl")
_ARCHIVE = re.compile(r"([A-Za-z0-9][\w.-]{0,200})-v?(\d[\w!+]*(?:\.\d[\w!+]*)*)\.(?:zip|tgz|tbz|txz|tlz|tar(?:\.\w{1,4})?)")
_PROJECT = frozenset({"project", "build-system", "dependency-groups"})
_TOOLS = frozenset({"poetry", "pdm", "uv", "flit", "hatch", "setuptools", "maturin", "pixi", "rye"})
"""Of pyproject.toml: tables that say what is built. Without any of them it configures linters and the like."""
_CONDITIONS = frozenset(
    {"markers", "python", "platform", "python_version", "python_full_version", "os_name", "sys_platform", "platform_machine"}
    | {"platform_python_implementation", "platform_release", "platform_system", "platform_version", "implementation_name"}
    | {"implementation_version"}
)
"""Keys by which Poetry and Pipenv install an entry only under a condition."""
_HASH = re.compile(r"(--hash[= ])\S{1,200}")
LOCKS = ("uv.lock", "poetry.lock", "pdm.lock", "pylock.toml", "constraints.txt")
"""Lock files of a project of Python."""
MAX_BLOCK = 100_000
"""Characters of a logical line that are looked through for hashes."""
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
    lines = dict(logical(text))
    # Without the hashes, which may be most of the file.
    for found in dependencies("requirements.txt", _HASH.sub(r"\1", text)):
        line = lines.get(found.line, "")
        if found.source == "path" or packed(line):
            continue
        said = hashes(*re.findall(r"--hash[= ](\S{1,200})", line[:MAX_BLOCK]))
        one = entry(found)
        yield replace(
            one,
            hashes=said or one.hashes,
            hashed=one.hashed or bool(said),
            pinned=one.pinned or bool(said),
            conditional=is_conditional(line[:2_000]),
        )
    for number, line in lines.items():
        if file := packed(line):
            yield _packed(file, number, hashes(*re.findall(r"--hash[= ](\S{1,200})", line[:MAX_BLOCK])))


def _packed(file: str, line: int, said: tuple[str, ...]) -> Entry:
    """A packed file of the tree, by the names that wheels and source archives have."""
    name = file.rpartition("/")[2]
    match = _WHEEL.fullmatch(name) or _ARCHIVE.fullmatch(name)
    return Entry(
        type="pypi",
        name=python_name(match[1] if match else name.partition(".")[0]),
        version=match[2] if match else "",
        wanted=file,
        line=line,
        pinned=True,
        hashes=said,
        hashed=bool(said),
        source="path",
        address=file,
        lockable=False,
    )


def is_constraints(path: str) -> bool:
    """Whether it is a constraints file by its name."""
    return _CONSTRAINTS.search(path.rpartition("/")[2]) is not None


def constraints(text: str) -> Lock:
    """A constraints file: versions for what others ask for."""
    return Lock(packages=tuple(replace(one, direct=False) for one in requirements(text) if one.pinned), strict=False)


def pyproject(text: str) -> Iterator[Entry]:
    """pyproject.toml; what only a build needs is not looked for in lock files, which leave it out."""
    data = table(text)
    if not (data.keys() & _PROJECT or mapping(data.get("tool")).keys() & _TOOLS):
        raise NoManifest
    build = {line for line in sequence(mapping(data.get("build-system")).get("requires")) if isinstance(line, str)}
    names = {_name(line) for line in build}
    mentions: dict[str, list[bool]] = {}
    for name, holds in _mentions(data):
        mentions.setdefault(name, []).append(holds)
    for found in dependencies("pyproject.toml", text):
        if found.source != "path":
            yield replace(
                entry(found),
                lockable=not (found.optional and found.name in names),
                conditional=all(mentions.get(found.name, [False])),
            )


def told_by_build(text: str) -> int:
    """The line on which pyproject.toml leaves its dependencies to the build; 0: it does not, or they stand in requirements
    files, which are read by themselves, or in Poetry's table."""
    data = table(text)
    tools = mapping(data.get("tool"))
    open_ones = {"dependencies", "optional-dependencies"} & set(
        map(word, sequence(mapping(data.get("project")).get("dynamic")))
    )
    if not open_ones or "dependencies" in mapping(tools.get("poetry")):
        return 0
    for key in open_ones:
        said = mapping(mapping(tools.get("setuptools")).get("dynamic")).get(key)
        places = [mapping(said)] if key == "dependencies" else list(map(mapping, mapping(said).values()))
        files = [
            one
            for place in places
            for one in ([place["file"]] if isinstance(place.get("file"), str) else sequence(place.get("file")))
        ]
        if not files or not all(kind(word(one)) == "requirements" for one in files):
            match = re.search(r"^[ \t]*dynamic\b", text, re.M)
            return text.count("\n", 0, match.start()) + 1 if match else 1
    return 0


def _name(requirement: str) -> str:
    return python_name(re.split(r"[^\w.-]", requirement.strip(), maxsplit=1)[0])


def _mentions(data: Mapping[str, Any]) -> Iterator[tuple[str, bool]]:
    """Each name that pyproject.toml asks for, with whether it does so under a condition only."""
    project = mapping(data.get("project"))
    lists = [project.get("dependencies"), *mapping(project.get("optional-dependencies")).values()]
    for entries in [*lists, *mapping(data.get("dependency-groups")).values()]:
        yield from ((_name(one), is_conditional(one[:2_000])) for one in sequence(entries) if isinstance(one, str))
    poetry = mapping(mapping(data.get("tool")).get("poetry"))
    tables = [poetry.get("dependencies"), poetry.get("dev-dependencies")]
    for section in [*tables, *(mapping(group).get("dependencies") for group in mapping(poetry.get("group")).values())]:
        for name, said in mapping(section).items():
            every = said if isinstance(said, list) else [said]
            yield python_name(name), bool(every) and all(_CONDITIONS & mapping(one).keys() for one in every)


def pipfile(text: str) -> Iterator[Entry]:
    """Pipfile: packages and dev-packages."""
    data, lines = table(text), lines_at(_PIPFILE_KEY, text)
    for section in ("packages", "dev-packages"):
        for name, said in mapping(data.get(section)).items():
            git, version = mapping(said).get("git"), said if isinstance(said, str) else word(mapping(said).get("version"))
            if mapping(said).get("path") is not None or not isinstance(said, (str, dict)):
                continue
            url = word(mapping(said).get("file")) or word(mapping(said).get("url"))
            address = f"git+{git}@{word(mapping(said).get('ref'))}" if isinstance(git, str) else url
            if url and "://" not in url:
                continue
            found = Dependency(
                ecosystem="pypi",
                name=python_name(name),
                version="" if version == "*" else version,
                line=lines.get(name, 1),
                source="git" if isinstance(git, str) else "url" if address else "registry",
                address=address,
                optional=section != "packages",
            )
            yield replace(entry(found), conditional=bool(_CONDITIONS & mapping(said).keys()))


def _is_requirements(path: str) -> bool:
    return kind(path) == "requirements"


FORMATS = (
    Format(
        name="pip constraints",
        type="pypi",
        matches=lambda path: _CONSTRAINTS.search(path) is not None,
        lock=constraints,
        left=left,
        origins=origins,
    ),
    Format(
        name="pip requirements",
        type="pypi",
        matches=_is_requirements,
        entries=requirements,
        left=left,
        origins=origins,
        locks=("constraints.txt",),
    ),
    Format(
        name="pyproject.toml",
        type="pypi",
        matches=Named("pyproject.toml"),
        entries=pyproject,
        origins=of_pyproject,
        locks=LOCKS,
        above=True,
    ),
    Format(name="Pipfile", type="pypi", matches=Named("Pipfile"), entries=pipfile, origins=of_pipfile, locks=("Pipfile.lock",)),
)
