"""Maven and Gradle: pom.xml with what the file itself settles, gradle.lockfile, and plain coordinates of build.gradle."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from xml.etree import ElementTree

from fusion.inventory.documents import bounded, places, word
from fusion.inventory.entries import Entry, Format, Lock, Named
from fusion.reading.comparison import lines_of
from fusion.reading.dependencies import UnreadableManifest, markup
from fusion.render.text import clip, exact

_ARTIFACT = re.compile(r"<artifactId>\s*([^<>\s]{1,300})\s*</artifactId>")
_PROPERTY = re.compile(r"\$\{([\w.-]{1,200})\}")
_RANGE = re.compile(r"[\[(,]|^(?:LATEST|RELEASE)$|-SNAPSHOT$")
_LOCKED = re.compile(r"([\w.-]{1,300}):([\w.-]{1,300}):([^=:\s]{1,200})=(.*)$")
_CONFIGURATION = (
    r"\s*(\w{0,60}?(?:[aA]pi|[iI]mplementation|[cC]ompileOnly|[rR]untimeOnly|[cC]lasspath|annotationProcessor"
    r"|kapt|ksp|compile|runtime))"
)
_ASKED = re.compile(
    _CONFIGURATION + r"(?:\s*\(\s*|\s+)(?:(?:(?:enforcedP|p)latform|testFixtures)\s*\(\s*)?"
    r"(?!project\b|files\b|fileTree\b|gradleApi\b|gradleTestKit\b|localGroovy\b)[\"'A-Za-z_]"
)
"""A statement that asks for something in a configuration."""
_COORDINATE = re.compile(
    _CONFIGURATION + r"\s*\(?\s*(?:(?:enforcedP|p)latform\s*\(\s*)?[\"']([\w.-]{1,300}):([\w.-]{1,300})"
    r":([^\"':@$\s]{1,200})(?:[:@][^\"'$]{0,100})?[\"']"
)


def _tag(element: ElementTree.Element) -> str:
    return element.tag.rpartition("}")[2] if isinstance(element.tag, str) else ""


def _child(element: ElementTree.Element, name: str) -> ElementTree.Element | None:
    return next((child for child in element if _tag(child) == name), None)


def _said(element: ElementTree.Element, name: str) -> str:
    child = _child(element, name)
    return word(child.text) if child is not None else ""


def pom(text: str) -> Iterator[Entry]:
    """pom.xml: dependencies and plugins, with properties and managed versions of the same file; a version that a parent or an
    imported file gives is not known."""
    for element, kind, profile, line, group, artifact, wanted in _placed(text):
        if not _is_named(group, artifact) or (kind == "managed" and _said(element, "scope") != "import"):
            continue
        scope = _said(element, "scope")
        settled = wanted if wanted and "${" not in wanted and not _RANGE.search(wanted) else ""
        yield Entry(
            type="maven",
            name=f"{group}:{artifact}",
            version=settled,
            wanted=wanted,
            line=line,
            pinned=bool(settled),
            development=scope in ("test", "provided") or kind == "plugin" or profile,
        )


def pom_left(text: str) -> Iterator[str]:
    """Dependencies without a name, or with one that another file tells."""
    for _, kind, _, line, group, artifact, _ in _placed(text):
        # What is only managed is no package of the list; a property of a parent may name it.
        if not _is_named(group, artifact) and not (kind == "managed" and group and artifact):
            yield f"line {line} names no package that can be read"
    for element in markup(text).iter():
        strange = _tag(element) == "dependencies" and {_tag(child) for child in element} - {"dependency", ""}
        if strange:
            yield f"`dependencies` holds `{clip(exact(min(strange)), 60)}`, which is none"


def _is_named(group: str, artifact: str) -> bool:
    return bool(artifact and group) and "${" not in group + artifact


def _placed(text: str) -> Iterator[tuple[ElementTree.Element, str, bool, int, str, str, str]]:
    """What is declared, with its kind, whether only a profile names it, its line, group, artifact, and the version wanted."""
    root = markup(text)
    if _tag(root) != "project":
        raise UnreadableManifest("it is no project of Maven")
    lines: dict[str, list[int]] = {}
    for name, line in places(_ARTIFACT, text):
        lines.setdefault(name, []).append(line)
    properties = _properties(root)
    managed: dict[tuple[str, str], str] = {}
    for element, kind, _ in _declared(root):
        if kind == "managed" and _said(element, "scope") != "import":
            managed[_coordinates(element, properties)] = _filled(_said(element, "version"), properties)
    found = list(bounded(_declared(root)))
    for element, kind, profile in found:
        group, artifact = _coordinates(element, properties)
        # A line belongs to the elements of that name in document order.
        left = lines.get(_said(element, "artifactId"), [])
        line = (left.pop(0) if len(left) > 1 else left[0]) if left else 1
        wanted = _filled(_said(element, "version"), properties) or managed.get((group, artifact), "")
        yield element, kind, profile, line, group, artifact, wanted


def _declared(root: ElementTree.Element) -> Iterator[tuple[ElementTree.Element, str, bool]]:
    """Dependencies and plugins in document order: each with what it is, and whether only a profile names it."""

    def within(
        element: ElementTree.Element, kind: str, profile: bool, depth: int
    ) -> Iterator[tuple[ElementTree.Element, str, bool]]:
        for child in element:
            tag = _tag(child)
            if tag in ("dependency", "plugin", "parent", "extension"):
                what = "plugin" if tag in ("plugin", "extension") and kind != "managed" else kind
                yield child, what, profile
                if tag == "plugin" and depth < 20:
                    yield from within(child, kind if kind == "managed" else "plugin", profile, depth + 1)
            elif tag != "exclusions" and depth < 20:
                inner = "managed" if tag in ("dependencyManagement", "pluginManagement") else kind
                yield from within(child, inner, profile or tag == "profile", depth + 1)

    return within(root, "dependency", False, 0)


def _coordinates(element: ElementTree.Element, properties: Mapping[str, str]) -> tuple[str, str]:
    group = _filled(_said(element, "groupId"), properties)
    if not group and _tag(element) == "plugin":
        group = "org.apache.maven.plugins"
    return group, _filled(_said(element, "artifactId"), properties)


def _properties(root: ElementTree.Element) -> Mapping[str, str]:
    found: dict[str, str] = {}
    parent = _child(root, "parent")
    for name in ("groupId", "version"):
        value = _said(root, name) or (_said(parent, name) if parent is not None else "")
        if value:
            found |= {f"project.{name}": value, f"pom.{name}": value, name: value}
        if parent is not None and _said(parent, name):
            found[f"project.parent.{name}"] = _said(parent, name)
    declared = _child(root, "properties")
    for child in declared if declared is not None else ():
        found[_tag(child)] = word(child.text)
    return found


def _filled(said: str, properties: Mapping[str, str]) -> str:
    """A value with the file's own properties put in; what stays open keeps its `${...}`."""
    for _ in range(8):
        filled = _PROPERTY.sub(lambda match: properties.get(match[1], match[0]), said)
        if filled == said or len(filled) > 1_000:
            break
        said = filled
    return said[:1_000]


def gradle_lock(text: str) -> Lock:
    """gradle.lockfile: all configurations in one file (Gradle 7), or one configuration (`*.lockfile` before)."""
    found: list[Entry] = []
    for number, raw in enumerate(bounded(lines_of(text)), start=1):
        line = raw.strip()[:4_000]
        match = _LOCKED.match(line if "=" in line else f"{line}=")
        if not line or line.startswith(("#", "empty=")):
            continue
        if match is None:
            raise UnreadableManifest(f"line {number} is no locked module")
        configurations = [name for name in match[4].split(",") if name]
        aside = bool(configurations) and all(
            re.search(r"[tT]est|annotationProcessor|classpath$", name) for name in configurations
        )
        found.append(
            Entry(
                type="maven",
                name=f"{match[1]}:{match[2]}",
                version=match[3],
                line=number,
                pinned=True,
                direct=False,
                development=aside,
            )
        )
    return Lock(packages=tuple(found))


def _spaced(line: str) -> str:
    """A line with one blank at most in a row: the patterns' time grows with the square of their number."""
    return " ".join(line[:1_000].split())


def gradle(text: str) -> Iterator[Entry]:
    """build.gradle or build.gradle.kts: dependencies that are written as one plain text. The rest of the file is a program."""
    for number, raw in enumerate(lines_of(text), start=1):
        match = _COORDINATE.match(_spaced(raw))
        if match is None:
            continue
        ranged = match[4].endswith("+") or _RANGE.search(match[4]) or match[4].startswith("latest.")
        yield Entry(
            type="maven",
            name=f"{match[2]}:{match[3]}",
            version="" if ranged else match[4],
            wanted=match[4],
            line=number,
            pinned=not ranged,
            development=re.search(r"[tT]est|classpath|[pP]rocessor", match[1]) is not None,
        )


def gradle_left(text: str) -> Iterator[str]:
    """Dependencies that are asked for and not written as one plain text; those on projects and folders of the tree are none."""
    for number, raw in enumerate(lines_of(text), start=1):
        line = _spaced(raw)
        if _ASKED.match(line) and not _COORDINATE.match(line):
            yield f"line {number} names no package that can be read"


FORMATS = (
    Format(name="pom.xml", type="maven", matches=Named("pom.xml"), entries=pom, left=pom_left),
    Format(
        name="gradle.lockfile", type="maven", matches=Named("gradle.lockfile", "buildscript-gradle.lockfile"), lock=gradle_lock
    ),
    Format(
        name="build.gradle",
        type="maven",
        matches=Named("build.gradle", "build.gradle.kts"),
        entries=gradle,
        left=gradle_left,
        locks=("gradle.lockfile", "buildscript-gradle.lockfile"),
    ),
)
