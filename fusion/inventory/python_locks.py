"""Lock files of Python: uv.lock, poetry.lock, pdm.lock, pylock.toml (PEP 751), Pipfile.lock."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from typing import Any

from fusion.inventory.documents import bounded, hashes, json_object, lines_at, mapping, places, sequence, toml, word
from fusion.inventory.entries import Entry, Format, Lock, Named, Origin
from fusion.reading.dependencies import UnreadableManifest, python_name

_PACKAGE = re.compile(r"^\[\[packages?\]\][ \t]*\r?\n(?:[^\[\n][^\n]*\n){0,5}?name[ \t]*=[ \t]*[\"']([^\"'\n]{1,200})", re.M)
_JSON_KEY = re.compile(r"^\s{4,12}\"([^\"\n]{1,200})\":\s*\{", re.M)


def _tables(text: str, name: str) -> Iterator[tuple[Mapping[str, Any], int]]:
    """The tables of an array with the lines of their names; a line is 1 where the file is written in another way."""
    found = toml(text)
    tables = found.get(name)
    if not isinstance(tables, list):
        if name not in found and ("version" in found or "metadata" in found or "lock-version" in found):
            return
        raise UnreadableManifest(f"it has no list of [[{name}]]")
    lines: dict[str, list[int]] = {}
    for said, line in places(_PACKAGE, text):
        lines.setdefault(said, []).append(line)
    for one in bounded(tables):
        if isinstance(one, dict) and word(one.get("name")):
            left = lines.get(one["name"])
            yield one, (left.pop(0) if len(left) > 1 else left[0]) if left else 1


def _locked(
    one: Mapping[str, Any], line: int, said: tuple[str, ...], source: Origin, address: str, *, development: bool = False
) -> Entry:
    version = word(one.get("version"))
    return Entry(
        type="pypi",
        name=python_name(word(one.get("name"))),
        version=version,
        line=line,
        pinned=bool(version) or source != "registry",
        hashes=said,
        hashed=bool(said) or source == "git",
        direct=False,
        development=development,
        source=source,
        address=address,
    )


def _files(*lists: object) -> tuple[str, ...]:
    """Hashes of the files that a lock file lists."""
    found: list[str] = []
    for files in lists:
        for one in sequence(files):
            found.append(word(mapping(one).get("hash")))
            found += [f"{name}:{word(value)}" for name, value in mapping(mapping(one).get("hashes")).items()]
    return hashes(*found)


def uv(text: str) -> Lock:
    """uv.lock: packages, what the projects of the workspace asked for, and who depends on whom."""
    packages: list[Entry] = []
    own: dict[str, Mapping[str, Any]] = {}
    folders: dict[str, str] = {}
    wants: list[tuple[str, str, str, str]] = []
    versions: dict[str, list[str]] = {}
    for one, line in _tables(text, "package"):
        source = mapping(one.get("source"))
        name = python_name(one["name"])
        for needed in sequence(one.get("dependencies")):
            wants.append(
                (
                    name,
                    word(one.get("version")),
                    python_name(word(mapping(needed).get("name"))),
                    word(mapping(needed).get("version")),
                )
            )
        local = next((word(source[key]) for key in ("editable", "virtual", "directory", "path") if key in source), None)
        if local is not None:
            own[name], folders[name] = one, "" if local == "." else local.strip("/")
            continue
        git, url = word(source.get("git")), word(source.get("url"))
        versions.setdefault(name, []).append(word(one.get("version")))
        said = _files([one.get("sdist")], one.get("wheels"))
        packages.append(_locked(one, line, said, "git" if git else "url" if url else "registry", f"git+{git}" if git else url))
    asked = {}
    for name, one in own.items():
        metadata = mapping(one.get("metadata"))
        lists = [metadata.get("requires-dist"), *mapping(metadata.get("requires-dev")).values()]
        specs: dict[str, list[str]] = {}
        for said in (item for entries in lists for item in sequence(entries)):
            specs.setdefault(python_name(word(mapping(said).get("name"))), []).append(word(mapping(said).get("specifier")))
        if metadata:
            asked[folders[name]] = {name: (specs[name][0] if len(specs[name]) == 1 else None, "") for name in specs}
    return Lock(packages=tuple(packages), asked=asked, relations=_relations(wants, versions))


def _relations(
    wants: list[tuple[str, str, str, str]], versions: Mapping[str, list[str]]
) -> tuple[tuple[tuple[str, str], tuple[str, str]], ...]:
    """Who depends on whom, where the version of both is settled."""
    found = []
    for name, version, needed, said in wants:
        known = versions.get(needed, [])
        if version in versions.get(name, []) and known and (said in known or len(known) == 1):
            found.append(((name, version), (needed, said or known[0])))
    return tuple(dict.fromkeys(found))


def poetry(text: str) -> Lock:
    """poetry.lock, version 1 and 2."""
    old = mapping(mapping(toml(text).get("metadata")).get("files")) if "[metadata.files]" in text else {}
    packages: list[Entry] = []
    wants: list[tuple[str, str, str, str]] = []
    versions: dict[str, list[str]] = {}
    for one, line in _tables(text, "package"):
        name, version, source = python_name(one["name"]), word(one.get("version")), mapping(one.get("source"))
        kind, url = word(source.get("type")), word(source.get("url"))
        if kind in ("directory", "file"):
            continue
        groups = [word(group) for group in sequence(one.get("groups"))]
        development = one.get("category") == "dev" or (bool(groups) and "main" not in groups)
        address = f"git+{url}@{word(source.get('resolved_reference'))}" if kind == "git" else url if kind == "url" else ""
        origin: Origin = "git" if kind == "git" else "url" if kind == "url" else "registry"
        said = _files(one.get("files"), old.get(one["name"]))
        packages.append(_locked(one, line, said, origin, address, development=development))
        versions.setdefault(name, []).append(version)
        wants += [(name, version, python_name(needed), "") for needed in mapping(one.get("dependencies"))]
    return Lock(packages=tuple(packages), relations=_relations(wants, versions))


def pdm(text: str) -> Lock:
    """pdm.lock, version 4."""
    packages: list[Entry] = []
    wants: list[tuple[str, str, str, str]] = []
    versions: dict[str, list[str]] = {}
    seen: set[tuple[str, str]] = set()
    for one, line in _tables(text, "package"):
        name, version = python_name(one["name"]), word(one.get("version"))
        git, url = word(one.get("git")), word(one.get("url"))
        wants += [
            (name, version, python_name(re.split(r"[^\w.-]", needed.strip(), maxsplit=1)[0]), "")
            for needed in sequence(one.get("dependencies"))
            if isinstance(needed, str)
        ]
        # The same package stands there once more for each set of extras.
        if "path" in one or (name, version) in seen:
            continue
        seen.add((name, version))
        groups = [word(group) for group in sequence(one.get("groups"))]
        address = f"git+{git}@{word(one.get('revision'))}" if git else url
        origin: Origin = "git" if git else "url" if url else "registry"
        development = bool(groups) and "default" not in groups
        packages.append(_locked(one, line, _files(one.get("files")), origin, address, development=development))
        versions.setdefault(name, []).append(version)
    return Lock(packages=tuple(packages), relations=_relations(wants, versions))


def pylock(text: str) -> Lock:
    """pylock.toml (PEP 751)."""
    packages: list[Entry] = []
    for one, line in _tables(text, "packages"):
        vcs, archive = mapping(one.get("vcs")), mapping(one.get("archive"))
        if "directory" in one or vcs.get("path") or archive.get("path"):
            continue
        said = _files(one.get("wheels"), [one.get("sdist")], [archive])
        address = f"git+{word(vcs.get('url'))}@{word(vcs.get('commit-id'))}" if vcs else word(archive.get("url"))
        packages.append(_locked(one, line, said, "git" if vcs else "url" if archive else "registry", address))
    return Lock(packages=tuple(packages))


def pipfile_lock(text: str) -> Lock:
    """Pipfile.lock: default and develop."""
    data, lines = json_object(text), lines_at(_JSON_KEY, text)
    if "_meta" not in data:
        raise UnreadableManifest("it has no _meta")
    packages: dict[str, Entry] = {}
    for section in ("develop", "default"):
        for name, said in bounded(mapping(data.get(section)).items()):
            one = {"name": name, "version": word(mapping(said).get("version")).removeprefix("==")}
            git, url = word(mapping(said).get("git")), word(mapping(said).get("file"))
            if not word(name) or mapping(said).get("path") is not None:
                continue
            address = f"git+{git}@{word(mapping(said).get('ref'))}" if git else url
            origin: Origin = "git" if git else "url" if url else "registry"
            files = hashes(*sequence(mapping(said).get("hashes")))
            packages[name] = _locked(one, lines.get(name, 1), files, origin, address, development=section == "develop")
    return Lock(packages=tuple(packages.values()))


def _format(name: str, lock: Callable[[str], Lock]) -> Format:
    return Format(name=name, type="pypi", matches=Named(name), lock=lock)


def _is_pylock(path: str) -> bool:
    return re.search(r"(?:^|/)pylock\.(?:[^./]+\.)?toml$", path) is not None


FORMATS = (
    _format("uv.lock", uv),
    _format("poetry.lock", poetry),
    _format("pdm.lock", pdm),
    Format(name="pylock.toml", type="pypi", matches=_is_pylock, lock=pylock),
    _format("Pipfile.lock", pipfile_lock),
)
