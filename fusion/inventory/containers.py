"""Container images: FROM and COPY --from of Dockerfiles with the defaults of their arguments, and images of Compose files."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

from fusion.inventory.documents import yaml_lines
from fusion.inventory.entries import Entry, Format
from fusion.reading.comparison import lines_of
from fusion.reading.dependencies import kind
from fusion.reading.workflows import composed, entries

_FROM = re.compile(r"\s*FROM\s+((?:--\S+\s+)*)(\S+)(?:\s+AS\s+(\S+))?", re.I)
_COPY = re.compile(r"\s*(?:COPY|ADD|RUN)\s.{0,300}?--(?:from=|mount=\S*?from=)([^\s,\"']+)", re.I)
_ARG = re.compile(r"\s*ARG\s+([A-Za-z_]\w*)(?:=(.*))?$", re.I)
_VARIABLE = re.compile(r"\$(?:\{([A-Za-z_]\w*)(?::?-([^{}]*))?\}|([A-Za-z_]\w*))")
_COMPOSE = re.compile(r"(?:^|/)(?:docker-)?compose(?:[-_.][\w.-]+)?\.ya?ml$", re.I)
_DIGEST = re.compile(r"sha256:[0-9a-f]{64}")
_REFERENCE = re.compile(r"[A-Za-z0-9][\w.-]*(?::\d+)?(?:/[\w.-]+)*(?::[\w.-]+)?(?:@[\w:.-]+)?$")


def image(said: str, line: int, *, development: bool = False) -> Entry:
    """An image reference: `registry/name:tag@sha256:digest`. The version is the digest, else the tag."""
    name, _, digest = said.partition("@")
    repository, _, tag = name.rpartition(":") if ":" in name.rpartition("/")[2] else (name, "", "")
    fixed = _DIGEST.fullmatch(digest) is not None
    return Entry(
        type="docker",
        name=repository,
        version=digest if fixed else tag,
        wanted=said[:500],
        line=line,
        pinned=fixed,
        hashes=(digest,) if fixed else (),
        hashed=fixed,
        development=development,
    )


def dockerfile(text: str) -> Iterator[Entry]:
    """The images that a Dockerfile begins with or copies from; of an argument the default counts."""
    stages: set[str] = set()
    arguments: dict[str, str] = {}
    seen_from = False
    for number, line in _logical(text):
        argument, begun, copied = _ARG.match(line), _FROM.match(line), _COPY.match(line)
        if argument and not seen_from:
            arguments[argument[1]] = _filled((argument[2] or "").strip().strip("\"'"), arguments)
        elif begun:
            seen_from = True
            said = _filled(begun[2].strip("\"'"), arguments)
            if said.lower() not in stages | {"scratch"}:
                yield _known(said, begun[2], number)
            if begun[3]:
                stages.add(begun[3].lower())
        elif copied:
            said = copied[1].strip("\"'")
            if said.lower() not in stages and not said.isdigit() and "$" not in said:
                yield _known(said, said, number)


def _known(said: str, written: str, line: int) -> Entry:
    """An image whose name stays open is on the list all the same, as it is written."""
    if _REFERENCE.match(said):
        return image(said, line)
    name = re.sub(r"[^\w./-]", "", said.partition(":")[0].partition("@")[0]).strip("./-") or "unknown"
    return Entry(type="docker", name=name, wanted=written[:500], line=line)


def _logical(text: str) -> Iterator[tuple[int, str]]:
    """Instructions with the line on which each begins; continued lines are joined, comments fall away."""
    begun, parts = 0, list[str]()
    for number, raw in enumerate(lines_of(text), start=1):
        line = raw[:2_000]
        if line.lstrip().startswith("#"):
            continue
        begun = begun or number
        parts.append(line.rstrip().removesuffix("\\"))
        if line.rstrip().endswith("\\") and len(parts) < 200:
            continue
        yield begun, " ".join(parts)
        begun, parts = 0, []
    if parts:
        yield begun, " ".join(parts)


def _filled(said: str, arguments: Mapping[str, str]) -> str:
    def value(match: re.Match[str]) -> str:
        return arguments.get(match[1] or match[3]) or match[2] or match[0]

    return _VARIABLE.sub(value, said[:1_000])[:1_000]


def compose(text: str) -> Iterator[Entry]:
    """The images of a Compose file's services; one that is built from the tree is not taken from a registry."""
    built: set[str] = set()
    images: dict[str, tuple[str, int]] = {}
    for keys, value, line in yaml_lines(text):
        if len(keys) == 3 and keys[0] == "services" and keys[2] == "build":
            built.add(keys[1])
        elif len(keys) == 3 and keys[0] == "services" and keys[2] == "image":
            images[keys[1]] = (value.partition(" #")[0].strip().strip("\"'"), line)
    for service, (said, line) in images.items():
        if service not in built and said:
            yield _known(_filled(said, {}), said, line)


def compose_left(text: str) -> Iterator[str]:
    """Images that the file does not name in block style, one key a line. Raises ValueError (UnreadableWorkflow)."""
    found = {entry.line for entry in compose(text)}
    for service in entries(entries(composed(text)).get("services")).values() if text.strip() else ():
        said = entries(service)
        image = said.get("image")
        if "build" not in said and (image is None or image.start_mark.line + 1 not in found):
            yield f"line {service.start_mark.line + 1} names no image that can be read"


def is_dockerfile(path: str) -> bool:
    """Whether a path is a Dockerfile by its name."""
    return kind(path) == "dockerfile"


def is_compose(path: str) -> bool:
    """Whether a path is a Compose file by its name."""
    return _COMPOSE.search(path) is not None


FORMATS = (
    Format(name="Dockerfile", type="docker", matches=is_dockerfile, entries=dockerfile),
    Format(name="Compose file", type="docker", matches=is_compose, entries=compose, left=compose_left),
)
