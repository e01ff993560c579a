"""Composer (composer.json, composer.lock) and Hex (mix.lock)."""

from __future__ import annotations

import re
from collections.abc import Iterator

from fusion.inventory.documents import bounded, hashes, json_object, lines_at, mapping, places, sequence, word
from fusion.inventory.entries import Entry, Format, Lock, Named
from fusion.reading.dependencies import UnreadableManifest

_PAIR = re.compile(r"^\s+\"([\w.-]{1,120}/[\w.-]{1,120})\"\s*:", re.M)
_NAME = re.compile(r"\"name\"\s*:\s*\"([\w.-]{1,120}/[\w.-]{1,120})\"")
_EXACT = re.compile(r"=?v?(\d+(?:\.\d+){1,3}(?:-[\w.]+)?)")
_HEX = re.compile(r"^\s*\"([\w.-]{1,120})\": \{:(hex|git), (?::([\w.-]{1,120})|\"([^\"]{1,300})\"), \"([^\"]{1,200})\"(.*)$")


def composer_json(text: str) -> Iterator[Entry]:
    """composer.json: require and require-dev; what it asks of PHP itself is no package."""
    data, lines = json_object(text), lines_at(_PAIR, text)
    for section in ("require", "require-dev"):
        for name, said in bounded(mapping(data.get(section)).items()):
            if "/" not in name:
                continue
            match = _EXACT.fullmatch(word(said))
            yield Entry(
                type="composer",
                name=name.lower(),
                version=match[1] if match else "",
                wanted=word(said),
                line=lines.get(name, 1),
                pinned=match is not None,
                development=section != "require",
            )


def composer_lock(text: str) -> Lock:
    """composer.lock. Raises UnreadableManifest."""
    data, lines = json_object(text), dict(places(_NAME, text))
    if not isinstance(data.get("packages"), list):
        raise UnreadableManifest("it has no list of packages")
    found: dict[str, Entry] = {}
    needs: list[tuple[str, str]] = []
    for section in ("packages-dev", "packages"):
        for one in bounded(mapping(item) for item in sequence(data.get(section))):
            name, dist, source = word(one.get("name")), mapping(one.get("dist")), mapping(one.get("source"))
            if not name or dist.get("type") == "path":
                continue
            files = hashes(f"sha1:{word(dist.get('shasum'))}")
            licences = [word(licence) for licence in sequence(one.get("license"))]
            found[name.lower()] = Entry(
                type="composer",
                name=name.lower(),
                version=word(one.get("version")).removeprefix("v"),
                line=lines.get(name, 1),
                pinned=True,
                hashes=files,
                hashed=bool(files) or len(word(dist.get("reference")) or word(source.get("reference"))) == 40,
                direct=False,
                development=section != "packages",
                licence=" OR ".join(f"({text})" if " " in text else text for text in licences if text),
            )
            needs += [(name.lower(), needed.lower()) for needed in mapping(one.get("require"))]
    relations = [
        ((name, found[name].version), (needed, found[needed].version))
        for name, needed in needs
        if needed in found and name in found
    ]
    return Lock(packages=tuple(found.values()), relations=tuple(dict.fromkeys(relations)))


def mix_lock(text: str) -> Lock:
    """mix.lock: one line a package. Raises UnreadableManifest."""
    if not text.lstrip().startswith("%{"):
        raise UnreadableManifest("it is no map of Elixir")
    found: list[Entry] = []
    for number, line in enumerate(bounded(text.split("\n")), start=1):
        match = _HEX.match(line[:4_000])
        if match is None:
            continue
        git = match[2] == "git"
        outer = re.search(r"\"([0-9a-f]{64})\"\}", match[6])
        found.append(
            Entry(
                type="hex",
                name=match[3] or match[1],
                version="" if git else match[5],
                line=number,
                pinned=True,
                hashes=(f"sha256:{outer[1]}",) if outer else (),
                hashed=git or bool(re.search(r"\"[0-9a-f]{64}\"", match[6])),
                direct=False,
                source="git" if git else "registry",
                address=f"git+{match[4]}@{match[5]}" if git else "",
            )
        )
    return Lock(packages=tuple(found))


FORMATS = (
    Format(
        name="composer.json", type="composer", matches=Named("composer.json"), entries=composer_json, locks=("composer.lock",)
    ),
    Format(name="composer.lock", type="composer", matches=Named("composer.lock"), lock=composer_lock),
    Format(name="mix.lock", type="hex", matches=Named("mix.lock"), lock=mix_lock),
)
