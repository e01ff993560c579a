"""Which file of the repository a Python import means, from the names of its files alone."""

from __future__ import annotations

import re
import sys
from collections.abc import Collection, Iterator

from fusion.dataflow.repository.tree import Tree, ancestors, folder, inside

_MODULE = re.compile(r"(\.*)((?:[^\W\d]\w*(?:\.[^\W\d]\w*)*)?)")
_LONGEST = 500
_MOST_PLACES = 64
"""Places of equally named files that are compared."""


def resolve(tree: Tree, importer: str, module: str, libraries: Collection[str] = ()) -> str | None:
    """The file that `module`, as `ir.Import.module` spells it, means in the file `importer`; None: none of the repository.

    Relative names count their dots. Absolute ones are tried below every folder from which such a program may be started: those
    above the importer, the root, `src`, the folders above packages of that name (the nearest first), and last the packages
    that the importer is in, as scripts in packages do. The standard library's names are its own, and `libraries` are never
    modules of the importer's own packages: `shop/celery.py` wraps what it is named after.
    """
    match = _MODULE.fullmatch(module) if 0 < len(module) <= _LONGEST else None
    if match is None:
        return None
    dots, name = match.groups()
    if dots:
        return _relative(tree, importer, len(dots), name)
    if name.partition(".")[0] in sys.stdlib_module_names:
        return None
    found = (_below(tree, root, name) for root in _roots(tree, importer, name, libraries))
    return next((path for path in found if path is not None and path != importer), None)


def _relative(tree: Tree, importer: str, dots: int, name: str) -> str | None:
    place = folder(importer)
    for _ in range(dots - 1):
        if not place:
            return None
        place = folder(place)
    return _below(tree, place, name)


def _below(tree: Tree, root: str, name: str) -> str | None:
    """The package or module of a dotted name below a folder; the folder's own package for the empty name."""
    path = inside(root, name.replace(".", "/")) if name else root
    return tree.first(inside(path, "__init__.py"), *((f"{path}.py", f"{path}.pyw") if name else ()))


def _roots(tree: Tree, importer: str, name: str, libraries: Collection[str]) -> Iterator[str]:
    packages = []
    for place in ancestors(importer):
        if tree.is_package(place):
            packages.append(place)
        else:
            yield place
            yield inside(place, "src")
    yield ""
    yield "src"
    yield from _elsewhere(tree, importer, name)
    if name.partition(".")[0] not in libraries:
        yield from packages


def _elsewhere(tree: Tree, importer: str, name: str) -> list[str]:
    """Folders, themselves no packages, that hold the package or the dotted module; the nearest to the importer first."""
    found = list(tree.above_packages(name.partition(".")[0])[:_MOST_PLACES])
    if not found and "." in name:
        ending = f"/{name.replace('.', '/')}.py"
        same = (f"/{path}" for path in tree.named(ending.rpartition("/")[2])[:_MOST_PLACES])
        places = (path.removesuffix(ending).removeprefix("/") for path in same if path.endswith(ending))
        found = [place for place in places if not tree.is_package(place)]
    return sorted(found, key=lambda place: (-_shared(place, importer), len(place), place))


def _shared(place: str, importer: str) -> int:
    """How many leading folders two paths share."""
    count = 0
    for one, other in zip(place.split("/"), importer.split("/"), strict=False):
        if one != other:
            break
        count += 1
    return count
