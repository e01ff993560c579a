"""npm: package.json and package-lock.json or npm-shrinkwrap.json in their versions 1 to 3."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

from fusion.inventory.documents import bounded, hashes, json_object, lines_at, mapping, word
from fusion.inventory.entries import Entry, Format, Lock, Named, Origin
from fusion.reading.dependencies import UnreadableManifest, dependencies

_EXACT = re.compile(r"[v=\s]*(\d+\.\d+\.\d+(?:-[\w.-]+)?(?:\+[\w.-]+)?)\s*$")
_SELECTED = re.compile(r"(?:^|/)((?:@[\w.~-]{1,214}/)?[\w.~-]{1,214})(?:@[^/]*|@npm:.*)?$")
_COMMIT = re.compile(r"#([0-9a-f]{40})$")
_KEY = re.compile(r"^[ \t]+\"([^\"\n]{1,400})\":\s*\{", re.M)
_MODULES = "node_modules/"
_SECTIONS = ("dependencies", "devDependencies", "optionalDependencies", "peerDependencies")
Relation = tuple[tuple[str, str], tuple[str, str]]


def package(text: str) -> Iterator[Entry]:
    """package.json; what other packages have to bring (peers) is not asked for here."""
    peers = mapping(json_object(text).get("peerDependencies"))
    asked = {name for section in _SECTIONS[:3] for name in mapping(json_object(text).get(section))}
    options = mapping(json_object(text).get("optionalDependencies"))
    seen: set[str] = set()
    for found in dependencies("package.json", text):
        # npm takes what is named as optional, too, from there alone.
        if found.source == "path" or found.name in seen or (found.name in peers and found.name not in asked):
            continue
        seen.add(found.name)
        alias = re.match(r"npm:(@?[^@]+)@(.*)", found.version)
        name, wanted = (alias[1], alias[2]) if alias else (found.name, found.version)
        match, commit = _EXACT.match(wanted), _COMMIT.search(found.address)
        yield Entry(
            type="npm",
            name=name,
            version=match[1] if match else "",
            wanted=found.version or found.address,
            line=found.line,
            pinned=bool(match or commit),
            hashed=bool(commit),
            development=found.optional,
            source="git" if found.source == "git" else "url" if found.source == "url" else "registry",
            address=found.address,
            lockable=alias is None,
            # An optional one that does not fit the machine on which npm wrote the lock file is left out of it by some versions.
            conditional=found.name in options,
        )


def overridden(text: str) -> Mapping[str, str]:
    """The packages whose version package.json sets for everybody who asks for them, and what it sets: `overrides` (npm),
    `resolutions` (yarn), `pnpm.overrides`; also for one dependant, which may be a part of the same workspace. Raises
    UnreadableManifest."""
    data = json_object(text)
    found: dict[str, str] = {}
    left = [(one, 0) for one in (data.get("overrides"), data.get("resolutions"), mapping(data.get("pnpm")).get("overrides"))]
    while left:
        level, depth = left.pop()
        for selector, said in mapping(level).items():
            value = said.get(".") if isinstance(said, dict) else said
            if isinstance(value, str) and (name := selected(selector)):
                found[name] = value
            if depth < 16:
                left.append((said, depth + 1))
    return found


def selected(selector: str) -> str:
    """The package that a selector of overrides is about: `a`, `a@^1`, `b>a`, `b@1/a`, `**/@scope/a`."""
    match = _SELECTED.search(selector[:1_000].rpartition(">")[2])
    return match[1] if match and match[1] != "." else ""


def origin_of(resolved: str) -> tuple[Origin, str]:
    """Where a resolved address leads; archives are taken to be the registry's, which may be one's own."""
    if re.match(r"git(?:\+|:)|(?:github|gitlab|bitbucket):", resolved) or ".git#" in resolved:
        return "git", resolved
    if resolved.startswith(("http://", "https://")) and not re.search(r"/-/[^/]+\.tgz|/download/", resolved):
        return "url", resolved
    return "registry", ""


def locked(name: str, said: Mapping[str, Any], line: int) -> Entry:
    """A package of package-lock.json."""
    version, resolved = word(said.get("version")), word(said.get("resolved"))
    origin, address = origin_of(resolved or (version if ":" in version else ""))
    files = hashes(said.get("integrity"))
    return Entry(
        type="npm",
        name=name,
        version="" if ":" in version else version,
        line=line,
        pinned=True,
        hashes=files,
        hashed=bool(files) or (origin == "git" and _COMMIT.search(address) is not None),
        direct=False,
        development=said.get("dev") is True or said.get("devOptional") is True,
        licence=_licence(said.get("license")),
        source=origin,
        address=address,
    )


def _licence(said: object) -> str:
    """`license` as packages write it: an expression, an object, or a list of them."""
    if isinstance(said, dict):
        return word(said.get("type"))
    if isinstance(said, list):
        return " OR ".join(filter(None, (_licence(one) for one in said[:20] if not isinstance(one, list))))
    return word(said)


def package_lock(text: str) -> Lock:
    """package-lock.json or npm-shrinkwrap.json. Raises UnreadableManifest."""
    data, lines = json_object(text), lines_at(_KEY, text)
    if isinstance(data.get("packages"), dict):
        return _flat(data["packages"], lines)
    if isinstance(data.get("dependencies"), dict):
        return _nested(data["dependencies"], lines)
    if "lockfileVersion" in data:
        return Lock()
    raise UnreadableManifest("it has neither packages nor dependencies")


def _flat(packages: Mapping[str, Any], lines: Mapping[str, int]) -> Lock:
    """Versions 2 and 3: packages by their place in node_modules."""
    found: dict[str, Entry] = {}
    for place, said in bounded(packages.items()):
        name = word(mapping(said).get("name")) or place.rpartition(_MODULES)[2]
        if _MODULES in place and isinstance(said, dict) and said.get("link") is not True and name:
            found[place] = locked(name, said, lines.get(place, 1))
    asked: dict[str, dict[str, tuple[str | None, str]]] = {}
    relations: list[Relation] = []
    for place, said in packages.items():
        for section in _SECTIONS[: 3 if place in found else 4]:
            for name, spec in mapping(mapping(said).get(section)).items():
                to = _resolved(place, name, found)
                if place in found and to is not None:
                    one = found[place]
                    relations.append(((one.name, one.version), (found[to].name, found[to].version)))
                elif _MODULES not in place:
                    asked.setdefault(place, {})[name] = (word(spec), found[to].version if to is not None else "")
        if _MODULES not in place and isinstance(said, dict):
            asked.setdefault(place, {})
    return Lock(packages=tuple(found.values()), asked=asked, relations=tuple(dict.fromkeys(relations)))


def _resolved(place: str, name: str, found: Mapping[str, Entry]) -> str | None:
    """The place of a dependency as node looks for it: in the package's own node_modules, then in those above."""
    for _ in range(64):
        to = f"{place}/{_MODULES}{name}" if place else f"{_MODULES}{name}"
        if to in found:
            return to
        if not place:
            return None
        place = place.rpartition(_MODULES)[0].rstrip("/") if _MODULES in place else place.rpartition("/")[0]
    return None


def _nested(dependencies: Mapping[str, Any], lines: Mapping[str, int]) -> Lock:
    """Version 1: packages within packages."""
    found: list[Entry] = []
    chosen: dict[str, tuple[str | None, str]] = {}
    left = [(dependencies, 0)]
    while left:
        level, depth = left.pop()
        for name, said in level.items():
            if not isinstance(said, dict) or not word(name) or said.get("bundled") is True:
                continue
            if depth == 0:
                chosen[name] = (None, word(said.get("version")))
            found.append(locked(name, said, lines.get(name, 1)))
            if depth < 64:
                left.append((mapping(said.get("dependencies")), depth + 1))
    list(bounded(found))
    return Lock(packages=tuple(found), asked={"": chosen})


FORMATS = (
    Format(name="package-lock.json", type="npm", matches=Named("package-lock.json", "npm-shrinkwrap.json"), lock=package_lock),
    Format(
        name="package.json",
        type="npm",
        matches=Named("package.json"),
        entries=package,
        locks=("npm-shrinkwrap.json", "package-lock.json", "yarn.lock", "pnpm-lock.yaml"),
        above=True,
    ),
)
