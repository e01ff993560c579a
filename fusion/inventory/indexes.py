"""Settings of Python's installers that say which indexes packages come from: uv, Poetry, PDM, Pipenv, and pip's own file.

Each is told by the option of pip that does the same: `--index-url` for the index that is asked first, `--extra-index-url` for
one that any package may come from besides, `explicit` for one that is asked only for packages that name it. References:
"Package indexes" (uv), "Repositories" (Poetry), "Configure the project" (PDM), "Specifying Package Indexes" (Pipenv), and
"Configuration" (pip).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any
from urllib.parse import urlsplit

from fusion.inventory.documents import mapping, sequence, toml, without_credentials, word
from fusion.inventory.entries import Format, Named
from fusion.inventory.ini import sections
from fusion.inventory.pip_options import is_own
from fusion.model.inventory import Origin

EXPLICIT = "explicit"
_PIP = {
    "index_url": "--index-url",
    "pypi_url": "--index-url",
    "extra_index_url": "--extra-index-url",
    "find_links": "--find-links",
    "trusted_host": "--trusted-host",
}
_Said = tuple[str, str]


def of_pyproject(path: str, text: str) -> Iterator[Origin]:
    """Indexes in the tables of uv, Poetry and PDM."""
    tools = mapping(toml(text).get("tool"))
    said = [*_uv(mapping(tools.get("uv"))), *_poetry(mapping(tools.get("poetry"))), *_pdm(mapping(tools.get("pdm")))]
    yield from _told(path, text, said)


def of_uv(path: str, text: str) -> Iterator[Origin]:
    """Indexes in uv.toml."""
    yield from _told(path, text, _uv(toml(text)))


def of_pipfile(path: str, text: str) -> Iterator[Origin]:
    """Sources of a Pipfile: the first is asked for every package, another one for those that name it."""
    data = toml(text)
    every = mapping(data.get("pipenv")).get("install_search_all_sources") is True
    said: list[_Said] = []
    for number, one in enumerate(map(mapping, sequence(data.get("source")))):
        option = "--index-url" if number == 0 else "--extra-index-url" if every else EXPLICIT
        said += [(option, word(one.get("url"))), *_unchecked(one)]
    yield from _told(path, text, said)


def of_pip(path: str, text: str) -> Iterator[Origin]:
    """pip.conf or pip.ini: a value may have several addresses, also on lines of their own."""
    for settings in sections(text).values():
        for key, (line, value) in settings.items():
            option = _PIP.get(key.removeprefix("__"))
            for number, part in enumerate(value.split("\n"), start=line):
                for address in part.split() if option else ():
                    if not is_own(address):
                        yield Origin(path=path, line=number, option=option or "", address=without_credentials(address))


def _uv(table: Mapping[str, Any]) -> Iterator[_Said]:
    for one in map(mapping, sequence(table.get("index"))):
        plain = "--index-url" if one.get("default") is True else "--extra-index-url"
        option = EXPLICIT if one.get("explicit") is True else "--find-links" if one.get("format") == "flat" else plain
        yield option, word(one.get("url"))
    for place in (table, mapping(table.get("pip"))):
        yield "--index-url", word(place.get("index-url"))
        for key in ("extra-index-url", "find-links"):
            yield from ((f"--{key}", word(one)) for one in sequence(place.get(key)))
        yield from (("--trusted-host", word(one)) for one in sequence(place.get("allow-insecure-host")))


def _poetry(table: Mapping[str, Any]) -> Iterator[_Said]:
    for one in map(mapping, sequence(table.get("source"))):
        priority = word(one.get("priority")).lower()
        if priority in ("supplemental", "secondary") or one.get("secondary") is True:
            yield "--extra-index-url", word(one.get("url"))
        else:
            yield EXPLICIT if priority == "explicit" else "--index-url", word(one.get("url"))


def _pdm(table: Mapping[str, Any]) -> Iterator[_Said]:
    for one in map(mapping, sequence(table.get("source"))):
        plain = "--index-url" if one.get("name") == "pypi" else "--extra-index-url"
        option = "--find-links" if one.get("type") == "find_links" else EXPLICIT if one.get("include_packages") else plain
        yield option, word(one.get("url"))
        yield from _unchecked(one)


def _unchecked(source: Mapping[str, Any]) -> Iterator[_Said]:
    """The host of a source whose certificate is not looked at."""
    if source.get("verify_ssl") is False:
        try:
            yield "--trusted-host", urlsplit(word(source.get("url"))).hostname or ""
        except ValueError:
            yield "--trusted-host", word(source.get("url"))


def _told(path: str, text: str, said: Iterator[_Said] | list[_Said]) -> Iterator[Origin]:
    for option, address in said:
        if address and not is_own(address):
            at = text.find(address)
            line = 1 if at < 0 else text.count("\n", 0, at) + 1
            yield Origin(path=path, line=line, option=option, address=without_credentials(address))


FORMATS = (
    Format(name="uv.toml", type="pypi", matches=Named("uv.toml"), origins=of_uv),
    Format(name="configuration of pip", type="pypi", matches=Named("pip.conf", "pip.ini"), origins=of_pip),
)
