"""Cargo: Cargo.toml and Cargo.lock."""

from __future__ import annotations

import re
from collections.abc import Iterator

from fusion.inventory.documents import bounded, mapping, places, sequence, toml, word
from fusion.inventory.entries import Entry, Format, Lock, Named
from fusion.reading.dependencies import UnreadableManifest, dependencies, table

_PACKAGE = re.compile(r"^\[\[package\]\][ \t]*\r?\nname[ \t]*=[ \t]*\"([^\"\n]{1,200})", re.M)
_COMMIT = re.compile(r"@([0-9a-f]{40})$")


def cargo_toml(text: str) -> Iterator[Entry]:
    """Cargo.toml, also of a workspace; a renamed dependency has its package's name."""
    data = table(text)
    names: dict[str, str] = {}
    always: set[str] = set()
    for place in (data, mapping(data.get("workspace")), *(mapping(one) for one in mapping(data.get("target")).values())):
        for section in ("dependencies", "dev-dependencies", "build-dependencies"):
            for name, said in mapping(place.get(section)).items():
                if word(mapping(said).get("package")):
                    names[name] = said["package"]
                if place is data and mapping(said).get("optional") is not True:
                    always.add(name)
    for found in dependencies("Cargo.toml", text):
        if found.source == "path":
            continue
        match = re.fullmatch(r"=\s*(\d+\.\d+\.\d+[\w.+-]*)", found.version)
        commit = _COMMIT.search(found.address)
        yield Entry(
            type="cargo",
            name=names.get(found.name, found.name),
            version=match[1] if match else "",
            wanted=found.version or found.address,
            line=found.line,
            pinned=bool(match or commit),
            hashed=bool(commit),
            development=found.optional,
            source="git" if found.source == "git" else "url" if found.source == "url" else "registry",
            address=found.address,
            # What a workspace offers is locked only where a member takes it.
            conditional=found.name not in always,
        )


def cargo_lock(text: str) -> Lock:
    """Cargo.lock, versions 1 to 4. Raises UnreadableManifest."""
    data = toml(text)
    if "package" not in data and "version" not in data:
        raise UnreadableManifest("it has no list of [[package]]")
    lines = list(places(_PACKAGE, text))
    old = {
        tuple(key.split(" ")[1:3]): word(value)
        for key, value in mapping(data.get("metadata")).items()
        if key.startswith("checksum ")
    }
    packages: list[Entry] = []
    tables = [one for one in sequence(data.get("package")) if isinstance(one, dict)]
    versions: dict[str, list[str]] = {}
    for one in tables:
        versions.setdefault(word(one.get("name")), []).append(word(one.get("version")))
    relations = []
    for number, one in enumerate(bounded(tables)):
        name, version, source = word(one.get("name")), word(one.get("version")), word(one.get("source"))
        for said in (word(item) for item in sequence(one.get("dependencies"))):
            parts = said.split(" ")
            known = versions.get(parts[0], [])
            if source and known and (len(parts) > 1 or len(known) == 1):
                relations.append(((name, version), (parts[0], parts[1] if len(parts) > 1 else known[0])))
        # What has no source is the workspace's own.
        if not name or not source:
            continue
        checksum = word(one.get("checksum")) or old.get((name, version), "")
        git = source.startswith("git+")
        packages.append(
            Entry(
                type="cargo",
                name=name,
                version=version,
                line=lines[number][1] if number < len(lines) and lines[number][0] == name else 1,
                pinned=True,
                hashes=(f"sha256:{checksum.lower()}",) if re.fullmatch(r"[0-9a-fA-F]{64}", checksum) else (),
                hashed=bool(checksum) or (git and "#" in source),
                direct=False,
                source="git" if git else "registry",
                address=source if git else "",
            )
        )
    return Lock(packages=tuple(packages), relations=tuple(dict.fromkeys(relations)))


FORMATS = (
    Format(name="Cargo.toml", type="cargo", matches=Named("Cargo.toml"), entries=cargo_toml, locks=("Cargo.lock",), above=True),
    Format(name="Cargo.lock", type="cargo", matches=Named("Cargo.lock"), lock=cargo_lock),
)
