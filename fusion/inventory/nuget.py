"""NuGet: projects with PackageReference, Directory.Packages.props, packages.lock.json and packages.config."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import replace
from xml.etree import ElementTree

from fusion.inventory.documents import bounded, hashes, json_object, lines_at, mapping, word
from fusion.inventory.entries import Entry, Format, Lock, Named
from fusion.reading.dependencies import UnreadableManifest, markup
from fusion.render.text import clip, exact

_INCLUDE = re.compile(
    r"<\s*(?:PackageReference|PackageVersion|GlobalPackageReference|package)\b[^>]{0,300}?\b(?:Include|id)\s*=\s*[\"']([^\"'<>]{1,200})[\"']"
)
_PROPERTY = re.compile(r"\$\(([\w.-]{1,200})\)")
_VERSION = re.compile(r"\d+(?:\.\d+){0,3}(?:-[\w.-]+)?(?:\+[\w.-]+)?")
_KEY = re.compile(r"^\s{4,}\"([^\"\n]{1,200})\":\s*\{", re.M)


def _tag(element: ElementTree.Element) -> str:
    return element.tag.rpartition("}")[2] if isinstance(element.tag, str) else ""


def _said(element: ElementTree.Element, name: str) -> str:
    """An attribute, or a child of that name."""
    attribute = next((value for key, value in element.attrib.items() if key.lower() == name.lower()), "")
    return word(attribute) or word(next((child.text for child in element if _tag(child).lower() == name.lower()), ""))


def _references(text: str, *names: str) -> Iterator[tuple[str, str, ElementTree.Element, int]]:
    """Name, version with the file's own properties, element and line."""
    root = markup(text.lstrip("\ufeff"))
    lines = lines_at(_INCLUDE, text)
    properties = {_tag(child): word(child.text) for group in root.iter() if _tag(group) == "PropertyGroup" for child in group}
    for element in bounded(one for one in root.iter() if _tag(one) in names):
        name = _said(element, "Include") or _said(element, "Update") or _said(element, "id")
        version = _PROPERTY.sub(
            lambda match: properties.get(match[1], match[0]), _said(element, "VersionOverride") or _said(element, "Version")
        )
        for one in name.split(";") if name and "$(" not in name else ():
            if one.strip():
                yield one.strip(), version[:300], element, lines.get(name, 1)


def _left(text: str) -> Iterator[str]:
    """References to packages without a name, or with one that another file tells."""
    names = ("PackageReference", "PackageVersion", "GlobalPackageReference", "package")
    for element in markup(text.lstrip("\ufeff")).iter():
        name = _said(element, "Include") or _said(element, "Update") or _said(element, "Remove") or _said(element, "id")
        if _tag(element) in names and (not name.strip("; ") or "$(" in name):
            yield f"`{clip(exact(name), 80) or _tag(element)}` names no package that can be read"


def _entry(name: str, wanted: str, line: int, development: bool) -> Entry:
    """NuGet takes the lowest version that is allowed: a plain one is the one it takes while the source has it."""
    only = re.fullmatch(r"\[\s*([^,\]\s]+)\s*\]", wanted)
    plain = only[1] if only else wanted
    return Entry(
        type="nuget",
        name=name,
        version=plain if _VERSION.fullmatch(plain) else "",
        wanted=wanted,
        line=line,
        pinned=only is not None,
        development=development,
    )


def project(text: str) -> Iterator[Entry]:
    """A project file; a reference without version gets it from Directory.Packages.props."""
    conditional = frozenset(_conditional(markup(text.lstrip("\ufeff")), False, 0))
    for name, version, element, line in _references(text, "PackageReference", "GlobalPackageReference"):
        private = _said(element, "PrivateAssets").lower() == "all"
        if not any(key.lower() == "update" for key in element.attrib):
            yield replace(_entry(name, version, line, private), conditional=name in conditional)


def _conditional(element: ElementTree.Element, under: bool, depth: int) -> Iterator[str]:
    """The packages that are referred to only where a condition of MSBuild holds."""
    for child in element:
        holds = under or any(key.lower() == "condition" for key in child.attrib) or _tag(child) in ("When", "Otherwise")
        if _tag(child) == "PackageReference" and holds:
            yield from (one.strip() for one in _said(child, "Include").split(";"))
        elif depth < 20:
            yield from _conditional(child, holds, depth + 1)


def central(text: str) -> Lock:
    """Directory.Packages.props: versions for the projects below it."""
    found = _references(text, "PackageVersion", "GlobalPackageReference")
    packages = tuple(_entry(name, version, line, False) for name, version, _, line in found if version)
    return Lock(packages=tuple(replace(one, direct=False) for one in packages), whole=False, strict=False, pins=False)


def packages_config(text: str) -> Iterator[Entry]:
    """packages.config: exact versions."""
    for name, version, element, line in _references(text, "package"):
        one = _entry(name, version, line, _said(element, "developmentDependency").lower() == "true")
        yield replace(one, pinned=bool(one.version))


def packages_lock(text: str) -> Lock:
    """packages.lock.json. Raises UnreadableManifest."""
    data, lines = json_object(text), lines_at(_KEY, text)
    if not isinstance(data.get("dependencies"), dict):
        raise UnreadableManifest("it has no dependencies")
    found: dict[tuple[str, str], Entry] = {}
    asked: dict[str, tuple[str | None, str]] = {}
    relations: list[tuple[tuple[str, str], tuple[str, str]]] = []
    for framework in data["dependencies"].values():
        known = {name: word(mapping(said).get("resolved")) for name, said in mapping(framework).items()}
        for name, said in bounded(mapping(framework).items()):
            one, version = mapping(said), known[name]
            if not version or not word(name) or one.get("type") == "Project":
                continue
            files = hashes(f"sha512-{word(one.get('contentHash'))}")
            found.setdefault(
                (name, version),
                Entry(
                    type="nuget",
                    name=name,
                    version=version,
                    line=lines.get(name, 1),
                    pinned=True,
                    hashes=files,
                    hashed=bool(files),
                    direct=False,
                ),
            )
            if one.get("type") == "Direct":
                asked[name] = (None, version)
            relations += _relations((name, version), mapping(one.get("dependencies")), known)
    list(bounded(found))
    return Lock(packages=tuple(found.values()), asked={"": asked}, relations=tuple(dict.fromkeys(relations)))


def _relations(
    one: tuple[str, str], needed: Mapping[str, object], known: Mapping[str, str]
) -> Iterator[tuple[tuple[str, str], tuple[str, str]]]:
    yield from ((one, (name, known[name])) for name in needed if known.get(name))


def _is_project(path: str) -> bool:
    return re.search(r"\.(?:cs|fs|vb)proj$", path) is not None


FORMATS = (
    Format(name="packages.lock.json", type="nuget", matches=Named("packages.lock.json"), lock=packages_lock),
    Format(name="Directory.Packages.props", type="nuget", matches=Named("Directory.Packages.props"), lock=central, left=_left),
    Format(
        name="project of .NET",
        type="nuget",
        matches=_is_project,
        entries=project,
        left=_left,
        locks=("packages.lock.json", "Directory.Packages.props"),
        above=True,
    ),
    Format(name="packages.config", type="nuget", matches=Named("packages.config"), entries=packages_config, left=_left),
)
