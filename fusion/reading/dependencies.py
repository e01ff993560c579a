"""Manifests as lists of dependencies: who is asked for, in which version, from where, on which line.

Formats: requirements files (pip's requirements file format), `pyproject.toml` (PEP 508, 621, 735; Poetry's tables),
`package.json`, `go.mod`, `Cargo.toml`, `pom.xml`, `Gemfile` and the `FROM` lines of a Dockerfile. Manifests are hostile input:
they are bounded, parsed and never resolved, and XML with a document type is refused.
"""

from __future__ import annotations

import json
import re
import tomllib
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import islice
from typing import Any
from xml.etree import ElementTree

from fusion.reading.comparison import lines_of

MAX_CHARS = 300_000
"""Characters of a manifest; a larger one is not read."""
MAX_DEPENDENCIES = 5_000
_MOST_ORIGINS = 100
"""Comment lines below an entry that are read."""


class UnreadableManifest(ValueError):
    """The manifest is too large, malformed, or uses what is refused; the message says which."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Dependency:
    """One entry of a manifest. `name` is normalised for its ecosystem; `version` is what the manifest says, perhaps nothing."""

    ecosystem: str
    """pypi, npm, go, cargo, maven, gem or image."""
    name: str
    version: str
    line: int
    source: str = "registry"
    """registry, git, url or path."""
    address: str = ""
    """Where it comes from, when that is not the registry."""
    optional: bool = False
    """Only for development, a build or an extra, where the format tells these apart from what is always installed."""
    transitive: bool = False
    """Recorded for another dependency's sake (`// indirect` in go.mod, `# via` in what a resolver wrote)."""


_REQUIREMENTS = re.compile(
    r"(?:^|[-_/.])requirements?(?:[-_.][\w.-]*)?\.(?:txt|in)$|(?:^|/)requirements/[^/]+\.(?:txt|in)$", re.I
)
_DOCKERFILE = re.compile(r"(?:^|/)(?:Dockerfile|Containerfile)(?:\.[\w.-]+)?$|\.[Dd]ockerfile$")
_REQUIREMENT = re.compile(r"\s*([A-Za-z0-9][\w.-]*)\s*(?:\[[^\]]*\])?\s*(@\s*\S+|[(=<>!~][^;#]*)?")
_ARCHIVE = re.compile(r"://[^/\s]+/[^/\s]+/([\w.-]+?)(?:\.git)?/(?:archive|-/archive|zipball|tarball|get)/")
_PACKED = r"\.(?:tar\.\w{1,4}|tgz|zip|whl|git)$"
_VIA = re.compile(r"\s+#\s{0,3}(?:via\b)?\s*(.*)")
_GIT = re.compile(r"^git(?:\+|@|:)|^(?:ssh|https?)://[^\s]+\.git(?:[@#]|$)|^(?:github|gitlab|bitbucket):|^git\+", re.I)


def kind(path: str) -> str | None:
    """Which manifest a path is, by its name: `requirements`, `pyproject`, ..., or None."""
    name = path.rpartition("/")[2]
    if name in _BY_NAME:
        return _BY_NAME[name]
    if _REQUIREMENTS.search(path) and "constraint" not in name.lower():
        return "requirements"
    return "dockerfile" if _DOCKERFILE.search(path) else None


def dependencies(path: str, text: str) -> tuple[Dependency, ...]:
    """The dependencies of a manifest in the order of their lines. Raises UnreadableManifest; empty for any other file."""
    which = kind(path)
    if which is None or not text.strip():
        return ()
    if len(text) > MAX_CHARS:
        raise UnreadableManifest(f"it is longer than {MAX_CHARS:,} characters")
    try:
        found = list(islice(_READERS[which](text), MAX_DEPENDENCIES + 1))
    except RecursionError as error:
        raise UnreadableManifest("it is nested too deep") from error
    if len(found) > MAX_DEPENDENCIES:
        raise UnreadableManifest(f"it names more than {MAX_DEPENDENCIES:,} dependencies")
    return tuple(sorted(found, key=lambda item: item.line))


def table(text: str) -> Mapping[str, Any]:
    """A TOML document, bounded. Raises UnreadableManifest."""
    if len(text) > MAX_CHARS:
        raise UnreadableManifest(f"it is longer than {MAX_CHARS:,} characters")
    # The parser's time grows with the square of a key's length; no manifest has keys of hundreds of parts.
    if re.search(r"(?:[\w\"'-]{1,80}\s{0,4}\.\s{0,4}){64}", text):
        raise UnreadableManifest("it has a key of more than 64 parts")
    try:
        return tomllib.loads(text)
    except RecursionError as error:
        raise UnreadableManifest("it is nested too deep") from error
    except tomllib.TOMLDecodeError as error:
        raise UnreadableManifest(f"it is not valid TOML ({error})") from error


def document(text: str) -> Mapping[str, Any]:
    """A JSON object, bounded. Raises UnreadableManifest."""
    if len(text) > MAX_CHARS:
        raise UnreadableManifest(f"it is longer than {MAX_CHARS:,} characters")
    try:
        value = json.loads(text)
    except RecursionError as error:
        raise UnreadableManifest("it is nested too deep") from error
    except ValueError as error:
        raise UnreadableManifest(f"it is not valid JSON ({error})") from error
    if not isinstance(value, dict):
        raise UnreadableManifest("it is not a JSON object")
    return value


def markup(text: str) -> ElementTree.Element:
    """An XML document without document type (which is where entities come from), bounded. Raises UnreadableManifest."""
    if len(text) > MAX_CHARS:
        raise UnreadableManifest(f"it is longer than {MAX_CHARS:,} characters")
    if re.search(r"<!\s*(?:DOCTYPE|ENTITY)", text, re.I):
        raise UnreadableManifest("it declares a document type, which is refused")
    try:
        return ElementTree.fromstring(text)
    except (ElementTree.ParseError, ValueError) as error:
        raise UnreadableManifest(f"it is not valid XML ({error})") from error


def python_name(name: str) -> str:
    """A distribution's name as PEP 503 normalises it."""
    return re.sub(r"[-_.]+", "-", name).lower()


def _requirement(text: str, line: int) -> Dependency | None:
    """One PEP 508 requirement, or an address with the name in it."""
    text = text.strip()
    if "://" in text.partition(" ")[0] or text.startswith("git+"):
        name = re.search(r"[#&]egg=([\w.-]+)", text)
        address = text.partition(" ")[0]
        return _python(name[1] if name else _addressed(address), "", line, address)
    match = _REQUIREMENT.match(text)
    if match is None:
        return None
    said = (match[2] or "").strip()
    if said.startswith("@"):
        return _python(match[1], "", line, said[1:].strip())
    return _python(match[1], said.strip("() "), line)


def _addressed(address: str) -> str:
    """The name of what lies behind an address: the repository of a code host's archive, else the last part of the path."""
    archive = _ARCHIVE.search(address)
    if archive:
        return archive[1]
    last = address.partition("#")[0].rstrip("/").rpartition("/")[2].partition("@")[0]
    return re.sub(r"-\d.*", "", re.sub(_PACKED, "", last)) or last


def _python(name: str, version: str, line: int, address: str = "") -> Dependency:
    return Dependency(
        ecosystem="pypi", name=python_name(name), version=version, line=line, source=_source(address), address=address
    )


def _source(address: str) -> str:
    if not address:
        return "registry"
    if _GIT.search(address):
        return "git"
    return "url" if re.match(r"https?://", address, re.I) else "path"


def _requirements(text: str) -> Iterator[Dependency]:
    lines = lines_of(text)
    for number, raw in enumerate(lines, start=1):
        line = re.sub(r"(?:^|\s)#.*", "", raw[:2_000]).strip().rstrip("\\").strip()
        editable = re.match(r"(?:-e|--editable)[ =]+(.+)", line)
        if editable and "://" not in editable[1] and not editable[1].startswith("git+"):
            continue
        line = editable[1] if editable else line
        if not line or line.startswith(("-", ".", "/")):
            continue
        found = _requirement(re.split(r"\s--?\w", line)[0], number)
        if found is not None:
            yield replace(found, transitive=_is_resolved(lines[number : number + _MOST_ORIGINS]))


def _is_resolved(below: Sequence[str]) -> bool:
    """Whether the comment that a resolver (pip-compile, uv) writes below an entry names other packages only, and no file."""
    origins: list[str] = []
    for line in below:
        match = _VIA.fullmatch(line[:300])
        if match is None and not line.lstrip().startswith("--hash="):
            break
        if match is not None and (origins or "# via" in line):
            origins.append(match[1])
    return bool(origins) and not any(re.search(r"^-|[/(]|\.(?:in|txt|toml|cfg|py)\b", origin) for origin in origins)


class _Lines:
    """The first line of everything that a pattern's groups match, found in one pass over the text."""

    def __init__(self, pattern: str, text: str) -> None:
        self._first: dict[tuple[str, ...], int] = {}
        line, counted = 1, 0
        for match in re.finditer(pattern, text, re.M):
            line += text.count("\n", counted, match.start())
            counted = match.start()
            self._first.setdefault(
                tuple(group for group in match.groups() if group is not None),
                line + match[0].count("\n", 0, len(match[0]) - len(match[0].lstrip())),
            )

    def of(self, *groups: str) -> int:
        """The line, or the first of the file when the value is written in another way."""
        return self._first.get(groups, 1)


_QUOTED = r"\"([^\"\n]{1,400})\"|'([^'\n]{1,400})'"
_KEY = r"^[ \t]*(?:\[[^\]\n]{0,80}\.)?[\"']?([\w.-]{1,200})[\"']?[ \t]*(?:[.=\]])"
_PAIR = r"\"([^\"\n]{1,300})\"[ \t]*:[ \t]*\"([^\"\n]{0,400})\""
_ARTIFACT = r"<artifactId>\s*([^<>\s]{1,300})\s*</artifactId>"


def _pyproject(text: str) -> Iterator[Dependency]:
    data, lines, keys = table(text), _Lines(_QUOTED, text), _Lines(_KEY, text)
    project, build = _mapping(data.get("project")), _mapping(data.get("build-system"))
    extras = [build.get("requires"), *_mapping(project.get("optional-dependencies")).values()]
    lists = [(project.get("dependencies"), False), *((entries, True) for entries in extras)]
    lists += [(entries, True) for entries in _mapping(data.get("dependency-groups")).values()]
    for entries, optional in lists:
        for entry in entries if isinstance(entries, list) else ():
            if isinstance(entry, str):
                found = _requirement(entry, lines.of(entry))
                if found is not None:
                    yield replace(found, optional=optional)
    poetry = _mapping(_mapping(data.get("tool")).get("poetry"))
    tables = [(poetry.get("dependencies"), False), (poetry.get("dev-dependencies"), True)]
    tables += [(_mapping(group).get("dependencies"), True) for group in _mapping(poetry.get("group")).values()]
    for entries, optional in tables:
        for name, said in _mapping(entries).items():
            if name != "python":
                version, address = _table_entry(said)
                yield replace(_python(name, version, keys.of(name), address), optional=optional)


def _cargo(text: str) -> Iterator[Dependency]:
    data, keys = table(text), _Lines(_KEY, text)
    places = [data, *(_mapping(target) for target in _mapping(data.get("target")).values()), _mapping(data.get("workspace"))]
    for place in places:
        for section in ("dependencies", "dev-dependencies", "build-dependencies"):
            for name, said in _mapping(place.get(section)).items():
                if isinstance(said, dict) and said.get("workspace") is True:
                    continue
                version, address = _table_entry(said)
                yield Dependency(
                    ecosystem="cargo",
                    name=name,
                    version=version,
                    line=keys.of(name),
                    source=_source(address),
                    address=address,
                    optional=section != "dependencies",
                )


def _table_entry(said: object) -> tuple[str, str]:
    """Version and address of an entry of Poetry or Cargo."""
    if isinstance(said, str):
        return said, ""
    entry = _mapping(said)
    if isinstance(entry.get("git"), str):
        commit = entry.get("rev")
        return "", f"git+{entry['git']}" + (f"@{commit}" if isinstance(commit, str) else "")
    for key in ("url", "path"):
        if isinstance(entry.get(key), str):
            return "", str(entry[key])
    version = entry.get("version")
    return (version if isinstance(version, str) else ""), ""


def _package(text: str) -> Iterator[Dependency]:
    data, lines = document(text), _Lines(_PAIR, text)
    for section in ("dependencies", "devDependencies", "peerDependencies", "optionalDependencies"):
        for name, said in _mapping(data.get(section)).items():
            if not isinstance(said, str):
                continue
            plain = re.match(r"(?:file|link|workspace|portal):|\.{1,2}/|/", said)
            elsewhere = _GIT.search(said) or "://" in said or re.fullmatch(r"[\w.-]+/[\w.-]+(?:#\S*)?", said)
            source = "path" if plain else "registry" if not elsewhere else "url" if _source(said) == "url" else "git"
            yield Dependency(
                ecosystem="npm",
                name=name,
                version="" if elsewhere else said,
                line=lines.of(name, said),
                source=source,
                address=said if plain or elsewhere else "",
                optional=section == "devDependencies",
            )


def _go(text: str) -> Iterator[Dependency]:
    inside = ""
    for number, raw in enumerate(lines_of(text), start=1):
        line = raw[:1_000].strip()
        block = re.match(r"(\w+)\s*\($", line)
        if block:
            inside = block[1]
        elif line == ")":
            inside = ""
        else:
            match = re.match(r"(?:require\s+)?([\w.~-]+(?:/[\w.~-]+)*)\s+(v\S+)(.*)", line)
            if match and (inside == "require" or line.startswith("require")):
                yield Dependency(
                    ecosystem="go", name=match[1], version=match[2], line=number, transitive="// indirect" in match[3]
                )


def _pom(text: str) -> Iterator[Dependency]:
    root, lines = markup(text), _Lines(_ARTIFACT, text)
    for element in root.iter():
        if element.tag.rpartition("}")[2] == "dependency":
            said = {child.tag.rpartition("}")[2]: (child.text or "").strip() for child in element}
            if said.get("artifactId"):
                yield Dependency(
                    ecosystem="maven",
                    name=f"{said.get('groupId', '')}:{said['artifactId']}",
                    version=said.get("version", ""),
                    line=lines.of(said["artifactId"]),
                )


def _gemfile(text: str) -> Iterator[Dependency]:
    for number, raw in enumerate(lines_of(text), start=1):
        match = re.match(r"\s*gem\s*\(?\s*['\"]([\w.-]+)['\"](.*)", raw[:1_000])
        if match:
            rest = match[2].partition(" #")[0]
            place = re.search(r"(git|github|path)(?::|['\"]?\s*=>)\s*['\"]([^'\"]+)['\"]", rest)
            address = "" if place is None else place[2] if place[1] == "path" else f"git+{place[2]}"
            version = re.match(r"\s*,\s*['\"]([^'\"]+)['\"]", rest)
            yield Dependency(
                ecosystem="gem",
                name=match[1],
                version=version[1] if version else "",
                line=number,
                source=_source(address),
                address=address,
            )


def _dockerfile(text: str) -> Iterator[Dependency]:
    stages: set[str] = set()
    for number, raw in enumerate(lines_of(text), start=1):
        match = re.match(r"\s*FROM\s+(?:--\S+\s+)*(\S+)(?:\s+AS\s+(\S+))?", raw[:1_000], re.I)
        if not match:
            continue
        image = match[1]
        if image.lower() != "scratch" and image.lower() not in stages and "$" not in image:
            name, _, digest = image.partition("@")
            repository, _, tag = name.rpartition(":") if ":" in name.rpartition("/")[2] else (name, "", "")
            yield Dependency(ecosystem="image", name=repository, version=digest or tag, line=number)
        if match[2]:
            stages.add(match[2].lower())


def _mapping(value: object) -> Mapping[str, Any]:
    return value if isinstance(value, dict) else {}


_BY_NAME = {
    "pyproject.toml": "pyproject",
    "package.json": "package",
    "go.mod": "go",
    "Cargo.toml": "cargo",
    "pom.xml": "pom",
    "Gemfile": "gemfile",
}
_READERS: Mapping[str, Callable[[str], Iterator[Dependency]]] = {
    "requirements": _requirements,
    "pyproject": _pyproject,
    "package": _package,
    "go": _go,
    "cargo": _cargo,
    "pom": _pom,
    "gemfile": _gemfile,
    "dockerfile": _dockerfile,
}
LOCK_FILES: Mapping[str, Sequence[str]] = {
    "pyproject": ("uv.lock", "poetry.lock", "pdm.lock", "pylock.toml"),
    "package": ("package-lock.json", "yarn.lock", "pnpm-lock.yaml", "npm-shrinkwrap.json", "bun.lock"),
    "go": ("go.sum",),
    "cargo": ("Cargo.lock",),
    "gemfile": ("Gemfile.lock",),
}
"""The lock files that go with a kind of manifest; they lie beside it, or in a folder above it."""
