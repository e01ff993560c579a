"""Settings of npm's installers that say which registries packages come from: .npmrc (npm, pnpm, yarn 1), .yarnrc (yarn 1) and
.yarnrc.yml (yarn from 2 on).

Each is told by the option of pip that does the same: `--index-url` for the registry that is asked, `explicit` for one that is
asked only for the packages of a scope, `--trusted-host` where certificates are not looked at. References: "npmrc" and "config"
(npm), "Yarnrc files" (yarn).
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from fusion.inventory.documents import without_credentials
from fusion.inventory.entries import Format, Named
from fusion.inventory.indexes import EXPLICIT
from fusion.model.inventory import Origin
from fusion.reading.comparison import lines_of
from fusion.reading.dependencies import UnreadableManifest
from fusion.reading.workflows import UnreadableWorkflow, composed, entries, line_of, scalar

_HOSTS = "|".join((r"registry\.npmjs\.(?:org|com)", r"registry\.yarnpkg\.com"))
_OWN = re.compile(rf"https://(?:{_HOSTS})(?::443)?/?")
"""The registries that npm and yarn ask by themselves, which have the same packages."""
_SETTING = re.compile(r"(?P<key>[^=\s\"']{1,300}|\"[^\"]{1,300}\")\s*[=\s]\s*(?P<value>\S.*)")
_VARIABLE = re.compile(r"\$\{[^}]{1,200}\}")
_UNCHECKED = "any registry"
_Said = tuple[int, str, str]


def of_lines(path: str, text: str) -> Iterator[Origin]:
    """.npmrc and .yarnrc: a key and a value a line, with an equals sign or a blank between them."""
    yield from _told(path, _settings(text))


def of_yarnrc_yml(path: str, text: str) -> Iterator[Origin]:
    """.yarnrc.yml. Raises UnreadableManifest."""
    yield from _told(path, _yarn(text))


def left_of_lines(text: str) -> Iterator[str]:
    """What of .npmrc or .yarnrc only the environment tells."""
    yield from _left(_settings(text))


def left_of_yarnrc_yml(text: str) -> Iterator[str]:
    """What of .yarnrc.yml only the environment tells. Raises UnreadableManifest."""
    yield from _left(_yarn(text))


def _settings(text: str) -> Iterator[_Said]:
    """Line, pip's option and value of each setting that is about places."""
    for number, raw in enumerate(lines_of(text), start=1):
        line = raw[:2_000].strip()
        match = None if line.startswith(("#", ";", "[")) else _SETTING.match(line)
        if match is None:
            continue
        key, value = match["key"].strip("\"'").lower(), match["value"].strip().strip("\"'")
        if key == "registry":
            yield number, "--index-url", value
        elif key.startswith("@") and key.endswith(":registry"):
            yield number, EXPLICIT, value
        elif key == "strict-ssl" and value.lower() == "false":
            yield number, "--trusted-host", _UNCHECKED


def _yarn(text: str) -> Iterator[_Said]:
    if not text.strip():
        return
    try:
        top = entries(composed(text))
    except UnreadableWorkflow as error:
        raise UnreadableManifest(str(error)) from error
    places = [("--index-url", top)]
    places += [(EXPLICIT, entries(scope)) for scope in entries(top.get("npmScopes")).values()]
    for option, place in places:
        if "npmRegistryServer" in place:
            node = place["npmRegistryServer"]
            yield line_of(node), option, scalar(node)
    if "enableStrictSsl" in top and scalar(top["enableStrictSsl"]).lower() == "false":
        yield line_of(top["enableStrictSsl"]), "--trusted-host", _UNCHECKED


def _told(path: str, said: Iterator[_Said]) -> Iterator[Origin]:
    for line, option, address in said:
        if address and not _OWN.fullmatch(address) and not _VARIABLE.search(without_credentials(address)):
            yield Origin(path=path, line=line, option=option, address=without_credentials(address))


def _left(said: Iterator[_Said]) -> Iterator[str]:
    for line, _, address in said:
        if _VARIABLE.search(without_credentials(address)):
            yield f"line {line} takes packages from where an environment variable tells"


FORMATS = (
    Format(name=".npmrc", type="npm", matches=Named(".npmrc"), origins=of_lines, left=left_of_lines),
    Format(name=".yarnrc", type="npm", matches=Named(".yarnrc"), origins=of_lines, left=left_of_lines),
    Format(name=".yarnrc.yml", type="npm", matches=Named(".yarnrc.yml"), origins=of_yarnrc_yml, left=left_of_yarnrc_yml),
)
