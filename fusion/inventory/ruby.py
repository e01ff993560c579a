"""RubyGems: Gemfile, Gemfile.lock, and gemspecs in plain words."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace

from fusion.inventory.documents import bounded
from fusion.inventory.entries import Entry, Format, Lock, Named
from fusion.reading.comparison import lines_of
from fusion.reading.dependencies import UnreadableManifest, dependencies

_EXACT = re.compile(r"=?\s*(\d+(?:\.\w+)*)$")
_SPEC = re.compile(r" {4}([\w.-]{1,200}) \(([^()\s]{1,100})\)$")
_NEED = re.compile(r" {6}([\w.-]{1,200})(?: \(.*\))?$")
_ASKED = re.compile(r" {2}([\w.-]{1,200})(?: \((.{1,200})\))?(!?)$")
_SUM = re.compile(r" {2}([\w.-]{1,200}) \(([^()\s]{1,100})\) sha256=([0-9a-f]{64})$")
_GEMSPEC = re.compile(
    r"\s*\w+\.add_(runtime_|development_)?dependency[ (]\s*[\"']([\w.-]{1,200})[\"'](?:\.freeze)?"
    r"((?:\s*,\s*\[?[\"'][^\"']{1,80}[\"']\]?)*)"
)
_CONDITION = re.compile(r"\b(?:platforms?|install_if)(?::|['\"]?\s*=>)|\s(?:if|unless)\s")
"""On a gem's own line: it is installed only on some platforms, or where something holds."""
_BLOCK = re.compile(r"\bdo\s*(?:\|[^|]{0,80}\|)?$|^(?:if|unless|case|begin|while|until|def|class|module|for)\b")
_DEEPEST = 100
_GEM = re.compile(r"(?:^|[|;{])\s*gem(?:\s+[^\s=.]|\s*\()")
_READ_GEM = re.compile(r"\s*gem\s*\(?\s*['\"][\w.-]+['\"]")
_EVALUATED = re.compile(r"\s*(?:eval_gemfile|(?:instance_)?eval)\b")
_ADDED = re.compile(r"\.add_(?:runtime_|development_)?dependency\b")
_PLATFORM = re.compile(r"-(?:x86_64|x86|x64|aarch64|arm64|arm|java|universal|i[36]86|ppc64le|s390x|powerpc|mingw|mswin).*$")


def gemfile(text: str) -> Iterator[Entry]:
    """Gemfile; groups named development or test are not shipped."""
    around = {number: (aside, conditional) for number, aside, conditional in _surroundings(text)}
    lines = lines_of(text)
    for found in dependencies("Gemfile", text):
        if found.source == "path":
            continue
        match = _EXACT.match(found.version)
        line = lines[found.line - 1][:1_000]
        alone = re.search(r"groups?(?::|\s*=>)\s*\[?\s*:(?:development|test)", line)
        aside, conditional = around.get(found.line, (False, False))
        yield Entry(
            type="gem",
            name=found.name,
            version=match[1] if match else "",
            wanted=found.version or found.address,
            line=found.line,
            pinned=match is not None,
            development=bool(alone) or aside,
            source="git" if found.source in ("git", "url") else "registry",
            address=found.address,
            conditional=conditional or _CONDITION.search(line) is not None,
        )


def _surroundings(text: str) -> Iterator[tuple[int, bool, bool]]:
    """Lines inside of blocks: whether only such groups as `:development` want them, and whether under a condition."""
    blocks: list[tuple[bool, bool]] = []
    for number, raw in enumerate(lines_of(text), start=1):
        line = re.sub(r"\s#.*", "", raw[:1_000]).strip()
        if re.match(r"end\b", line):
            del blocks[-1:]
            continue
        if blocks:
            yield number, any(aside for aside, _ in blocks), any(holds for _, holds in blocks)
        if len(blocks) < _DEEPEST and _BLOCK.search(line) and not re.search(r"\bend$", line):
            said = re.match(r"group[ (](.*?)\)?\s*do$", line)
            names = set(re.findall(r":(\w+)", said[1])) if said else set()
            aside = bool(names) and names <= {"development", "test", "ci", "lint", "docs"}
            blocks.append((aside, re.match(r"(?:group|source|git|github|path)\b", line) is None))


def gemfile_left(text: str) -> Iterator[str]:
    """Gems whose names a program puts together, and lines of other files."""
    for number, raw in enumerate(lines_of(text), start=1):
        line = re.sub(r"(?:^|\s)#.*", "", raw[:1_000])
        if _EVALUATED.match(line):
            yield f"line {number} takes in what another text says"
        elif _GEM.search(line) and not _READ_GEM.match(line):
            yield f"line {number} names no gem that can be read"


def gemspec_left(text: str) -> Iterator[str]:
    """Dependencies that are not written as plain texts."""
    for number, raw in enumerate(lines_of(text), start=1):
        line = raw[:2_000]
        if _ADDED.search(line) and not line.lstrip().startswith("#") and not _GEMSPEC.match(line):
            yield f"line {number} names no gem that can be read"


def gemspec(text: str) -> Iterator[Entry]:
    """The dependencies of a gemspec that are written as plain texts."""
    for number, raw in enumerate(lines_of(text), start=1):
        match = _GEMSPEC.match(raw[:2_000])
        if match:
            wanted = ", ".join(re.findall(r"[\"']([^\"']+)[\"']", match[3]))
            one = _EXACT.match(wanted)
            yield Entry(
                type="gem",
                name=match[2],
                version=one[1] if one else "",
                wanted=wanted,
                line=number,
                pinned=one is not None,
                development=match[1] == "development_",
                # A Gemfile need not take in the gemspec beside it.
                lockable=False,
            )


def gemfile_lock(text: str) -> Lock:
    """Gemfile.lock. Raises UnreadableManifest."""
    section, remote, revision, current = "", "", "", ""
    packages: dict[str, Entry] = {}
    needs: dict[str, list[str]] = {}
    asked: dict[str, tuple[str | None, str]] = {}
    sums: dict[tuple[str, str], str] = {}
    for number, raw in enumerate(bounded(lines_of(text)), start=1):
        line = raw.rstrip("\r")[:1_000]
        if line and not line.startswith(" "):
            section, remote, revision, current = line.strip(), "", "", ""
        elif section in ("GEM", "GIT", "PATH", "PLUGIN SOURCE"):
            remote = line.partition(":")[2].strip() if line.startswith("  remote:") else remote
            revision = line.partition(":")[2].strip() if line.startswith("  revision:") else revision
            spec, need = _SPEC.match(line), _NEED.match(line)
            if spec and section != "PATH":
                current = spec[1]
                packages.setdefault(
                    current,
                    Entry(
                        type="gem",
                        name=current,
                        version=_PLATFORM.sub("", spec[2]),
                        line=number,
                        pinned=True,
                        hashed=section == "GIT" and len(revision) == 40,
                        direct=False,
                        source="git" if section == "GIT" else "registry",
                        address=f"git+{remote}@{revision}" if section == "GIT" else "",
                    ),
                )
            elif need and current:
                needs.setdefault(current, []).append(need[1])
        elif section == "DEPENDENCIES" and (wants := _ASKED.match(line)):
            asked[wants[1]] = (wants[2] or "", "")
        elif section == "CHECKSUMS" and (said := _SUM.match(line)):
            sums.setdefault((said[1], _PLATFORM.sub("", said[2])), said[3])
    if not re.search(r"^(?:GEM|GIT|PATH|DEPENDENCIES|PLATFORMS)\s*$", text, re.M):
        raise UnreadableManifest("it has none of the sections of a Gemfile.lock")
    known = tuple(
        replace(one, hashes=(f"sha256:{digest}",), hashed=True) if (digest := sums.get((one.name, one.version))) else one
        for one in packages.values()
    )
    # What the Gemfile asks for is written in another order and form here: only the names are compared.
    wanted = {name: (None, packages[name].version if name in packages else "") for name in asked}
    relations = tuple(
        ((name, packages[name].version), (needed, packages[needed].version))
        for name, all_needed in needs.items()
        for needed in dict.fromkeys(all_needed)
        if needed in packages
    )
    return Lock(packages=known, asked={"": wanted}, relations=relations)


FORMATS = (
    Format(
        name="Gemfile",
        type="gem",
        matches=Named("Gemfile", "gems.rb"),
        entries=gemfile,
        left=gemfile_left,
        locks=("Gemfile.lock", "gems.locked"),
    ),
    Format(name="Gemfile.lock", type="gem", matches=Named("Gemfile.lock", "gems.locked"), lock=gemfile_lock),
    Format(
        name="gemspec",
        type="gem",
        matches=lambda path: path.endswith(".gemspec"),
        entries=gemspec,
        left=gemspec_left,
        locks=("Gemfile.lock",),
    ),
)
