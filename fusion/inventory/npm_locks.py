"""Lock files of npm's other installers: yarn.lock (1 and berry) and pnpm-lock.yaml (5 to 9)."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace

from fusion.inventory.documents import bounded, hashes, word, yaml_lines
from fusion.inventory.entries import Entry, Format, Lock, Named
from fusion.inventory.npm import Relation, origin_of, selected
from fusion.reading.dependencies import UnreadableManifest

_SPEC = re.compile(r"(@?[^@\s]{1,214})@(.*)")
_FIELD = re.compile(r"  (?:\"([^\"]{1,300})\"|([\w@/.-]{1,300})):?\s+(.*)")
_PNPM_KEY = re.compile(r"/?(@?[^@(\s]+?)(?:@|/)(\d[^(_\s/@]*|[^\s(]*://[^\s(]*)(?:[(_].*)?$")
_SECTIONS = {"dependencies": False, "optionalDependencies": False, "devDependencies": True}


class _Block:
    """One package of yarn.lock."""

    def __init__(self, heads: tuple[str, ...], line: int) -> None:
        self.heads, self.line = heads, line
        self.fields: dict[str, str] = {}
        self.needs: list[tuple[str, str]] = []


def _blocks(text: str) -> Iterator[_Block]:
    """The packages of yarn.lock: a head without indentation, fields with two blanks, what it depends on with four."""
    block: _Block | None = None
    section = ""
    for number, raw in enumerate(text.split("\n"), start=1):
        line = raw.rstrip("\r")[:20_000]
        if not line.strip() or line.startswith("#"):
            continue
        if not line.startswith(" "):
            if block is not None:
                yield block
            heads = line.rstrip(":").replace('"', "")
            block = _Block(tuple(head.strip() for head in heads.split(",")), number)
            section = ""
        elif block is not None and line.startswith("    "):
            found = _FIELD.match(line[2:])
            if found and section in ("dependencies", "optionalDependencies"):
                block.needs.append((found[1] or found[2], _plain(found[3])))
        elif block is not None:
            found = _FIELD.match(line)
            if found:
                block.fields[found[1] or found[2]] = _plain(found[3])
            section = line.strip().rstrip(":")
    if block is not None:
        yield block


def _plain(value: str) -> str:
    return value.strip().strip("\"'")


def yarn(text: str) -> Lock:
    """yarn.lock. Raises UnreadableManifest."""
    if "# yarn lockfile v1" not in text[:2_000] and not re.search(r"^__metadata:", text, re.M):
        raise UnreadableManifest("it is no lock file of yarn")
    specs: dict[tuple[str, str], str] = {}
    packages: list[Entry] = []
    needs: list[tuple[str, str, list[tuple[str, str]]]] = []
    for block in bounded(_blocks(text)):
        if block.heads == ("__metadata",):
            continue
        version, resolution = word(block.fields.get("version")), block.fields.get("resolution", "")
        head = _SPEC.fullmatch(resolution) or _SPEC.fullmatch(block.heads[0])
        if head is None:
            raise UnreadableManifest(f"line {block.line} is no head of a package")
        for one in filter(None, (_SPEC.fullmatch(text) for text in block.heads)):
            specs[one[1], one[2].removeprefix("npm:")] = version
        if not version or re.match(r"(?:workspace|link|portal|file):", head[2]):
            continue
        alias = re.match(r"npm:(@?[^@\s]+)@", head[2]) if not resolution else None
        name = alias[1] if alias else head[1]
        resolved = block.fields.get("resolved", "") or (head[2] if resolution and not head[2].startswith("npm:") else "")
        origin, address = origin_of("" if head[2].startswith("patch:") else resolved)
        files = hashes(block.fields.get("integrity"))
        fragment = re.search(r"#([0-9a-f]{40})$", resolved)
        if not files and fragment and origin == "registry":
            files = (f"sha1:{fragment[1]}",)
        # Berry's checksum is over its own archive of the package, not over the registry's file.
        hashed = bool(files or block.fields.get("checksum") or (origin == "git" and (fragment or "commit=" in resolved)))
        packages.append(
            Entry(
                type="npm",
                name=name,
                version=version,
                line=block.line,
                pinned=True,
                hashes=files,
                hashed=hashed,
                direct=False,
                source=origin,
                address=address,
            )
        )
        needs.append((name, version, block.needs))
    relations: list[Relation] = []
    for name, version, wants in needs:
        for needed, spec in wants:
            got = specs.get((needed, spec.removeprefix("npm:")))
            if got:
                relations.append(((name, version), (needed, got)))
    return Lock(packages=tuple(packages), specs=specs, relations=tuple(dict.fromkeys(relations)))


def pnpm(text: str) -> Lock:
    """pnpm-lock.yaml. Raises UnreadableManifest."""
    asked: dict[str, dict[str, tuple[str | None, str]]] = {"": {}}
    specifiers: dict[tuple[str, str], str] = {}
    packages: dict[tuple[str, str], Entry] = {}
    development: set[tuple[str, str]] = set()
    relations: list[Relation] = []
    overridden: dict[str, str] = {}
    versioned = False
    for keys, value, line in yaml_lines(text):
        versioned = versioned or keys == ("lockfileVersion",)
        match keys:
            case ("overrides", selector):
                overridden[selected(selector)] = value
            case ("importers", folder, section, name, "specifier") if section in _SECTIONS:
                specifiers[_folder(folder), name] = value
            case ("importers", folder, section, name, "version") if section in _SECTIONS:
                _note(asked, development, _folder(folder), section, name, value)
            case ("importers", folder, "specifiers", name):
                specifiers[_folder(folder), name] = value
            case ("importers", folder, section, name) if section in _SECTIONS and value:
                _note(asked, development, _folder(folder), section, name, value)
            case ("importers", folder):
                asked.setdefault(_folder(folder), {})
            case ("specifiers", name):
                specifiers["", name] = value
            case (section, name, "specifier") if section in _SECTIONS:
                specifiers["", name] = value
            case (section, name, "version") if section in _SECTIONS:
                _note(asked, development, "", section, name, value)
            case (section, name) if section in _SECTIONS and value:
                _note(asked, development, "", section, name, value)
            case ("packages" | "snapshots", key, *rest):
                found = _PNPM_KEY.match(key)
                if found is None:
                    continue
                at = (found[1], found[2] if "://" not in found[2] else "")
                if keys[0] == "packages":
                    packages[at] = _told(packages.get(at) or _entry(at, found[2], line), rest, value)
                if len(rest) == 2 and rest[0] in ("dependencies", "optionalDependencies"):
                    relations.append((at, (rest[1], _version(value))))
            case _:
                pass
    if not versioned:
        raise UnreadableManifest("it has no lockfileVersion")
    list(bounded(packages))
    for (folder, name), spec in specifiers.items():
        entry = asked.setdefault(folder, {})
        entry[name] = (spec, entry.get(name, (None, ""))[1])
    known = tuple(replace(one, development=one.development or at in development) for at, one in packages.items())
    return Lock(
        packages=known,
        asked=asked,
        relations=tuple(one for one in dict.fromkeys(relations) if one[1] in packages),
        overridden=overridden,
    )


def _folder(said: str) -> str:
    return "" if said == "." else said.strip("/")


def _version(said: str) -> str:
    """`1.2.3(peer@2)`, `1.2.3_peer@2` and `/name/1.2.3` without what goes beyond the version."""
    return re.split(r"[(_]", said, maxsplit=1)[0].rpartition("/")[2] if "://" not in said else ""


def _note(
    asked: dict[str, dict[str, tuple[str | None, str]]],
    development: set[tuple[str, str]],
    folder: str,
    section: str,
    name: str,
    value: str,
) -> None:
    asked.setdefault(folder, {})[name] = (None, _version(value))
    if _SECTIONS[section]:
        development.add((name, _version(value)))


def _entry(at: tuple[str, str], said: str, line: int) -> Entry:
    origin, address = origin_of(said if "://" in said else "")
    return Entry(type="npm", name=at[0], version=at[1], line=line, pinned=True, direct=False, source=origin, address=address)


def _told(one: Entry, keys: list[str], value: str) -> Entry:
    """The entry with what one line below its key says."""
    if keys[:1] == ["resolution"]:
        files = hashes(value)
        return replace(one, hashes=files or one.hashes, hashed=one.hashed or bool(files) or "commit:" in value)
    if keys == ["dev"]:
        return replace(one, development=value == "true")
    return one


FORMATS = (
    Format(name="yarn.lock", type="npm", matches=Named("yarn.lock"), lock=yarn),
    Format(name="pnpm-lock.yaml", type="npm", matches=Named("pnpm-lock.yaml"), lock=pnpm),
)
