"""Catalogues of controls: which controls a standard has, as data with exact identifiers and titles in our own words.

Each catalogue is one file `*.yaml` of this package, or of a folder in its form:

    id: osps                       # how checks name it
    title: Open Source Project Security Baseline
    version: 2026.08.28            # of the standard; every value is a text
    publisher: OpenSSF
    date: 2026-08-28
    licence: ...                   # whose the standard's text is; it is never copied here
    source: ...                    # the publication that the identifiers are from
    note: ...                      # optional: what is left out, how to read levels
    groups:
      - title: Access control
        manual_reason: ...         # optional: for those of its controls that nothing in a repository can speak to
        controls:
          - {id: OSPS-AC-01.01, level: 1, assessable: true, title: ...}

`assessable` says that settings, code or history can speak to a control, whether a check does so yet or not. A control that
is not assessable has a reason, its own or its group's: where an auditor has to look instead.
"""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from importlib.resources.abc import Traversable
from typing import TYPE_CHECKING, Any, Protocol, TypeAlias

from pydantic import Field, ValidationError

from fusion.errors import UserError
from fusion.model import Record

if TYPE_CHECKING:
    from fusion.check import About, Towards

Served: TypeAlias = "Mapping[tuple[str, str], tuple[tuple[About, Towards], ...]]"
"""Checks that give evidence towards a control, by catalogue and control."""

OURS = files("fusion.controls")
"""Where our catalogues are."""
ORDER = ("osps", "ssdf", "asvs", "cis-github", "scorecard", "soc2", "iso27001")
"""The order in which our catalogues are shown: what code can tell most about first."""


class Control(Record):
    """One control of a standard."""

    id: str = Field(pattern=r"^[A-Za-z0-9][A-Za-z0-9.-]*$", strict=True)
    """Exactly as the standard writes it."""
    title: str = Field(min_length=3, strict=True)
    """In our words."""
    group: str = Field(min_length=3)
    """The part of the standard that it belongs to."""
    level: int = Field(0, ge=0, strict=True)
    """From which level of the standard on it counts; 0: the standard has none."""
    assessable: bool = Field(strict=True)
    """Whether settings, code or history of a repository can speak to it."""
    manual_reason: str = Field("", strict=True)
    """Where somebody has to look, for one that is not assessable; empty for the others."""


class Catalogue(Record):
    """The controls of one standard."""

    id: str = Field(pattern=r"^[a-z0-9][a-z0-9-]*$", strict=True)
    title: str = Field(min_length=3, strict=True)
    version: str = Field(min_length=1, strict=True)
    """Of the standard."""
    publisher: str = Field(min_length=2, strict=True)
    date: str = Field(pattern=r"^\d{4}(-\d{2}){0,2}$", strict=True)
    """When that version was published, as far as it is known to the day."""
    licence: str = Field(min_length=3, strict=True)
    """Whose the text of the standard is, and that it is not here."""
    source: str = Field(min_length=3, strict=True)
    """The publication that the identifiers are from."""
    note: str = Field("", strict=True)
    controls: tuple[Control, ...] = Field(min_length=1)

    def control(self, id: str) -> Control | None:
        """The control of that identifier."""
        return next((one for one in self.controls if one.id == id), None)


class Described(Protocol):
    """Anything that says which controls it gives evidence towards: a check."""

    @property
    def about(self) -> About:
        """What is to be known of it."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Dangling:
    """A check names a control that no catalogue has."""

    check: str
    towards: Towards
    nearest: str = ""
    """What may have been meant, as `catalogue control`; empty: nothing is near."""

    def __str__(self) -> str:
        hint = f"; did you mean {self.nearest}?" if self.nearest else "."
        control = f"{self.towards.catalogue} {self.towards.control}"
        return f"The check {self.check} names the control {control}, which does not exist{hint}"


@cache
def ours() -> tuple[Catalogue, ...]:
    """Our catalogues, in the order in which they are shown."""
    return read(OURS)


def read(folder: Traversable) -> tuple[Catalogue, ...]:
    """The catalogues of a folder: those that are in `ORDER` first, then by id. Raises UserError naming file and key."""
    found: dict[str, tuple[Catalogue, str]] = {}
    for file in sorted((one for one in folder.iterdir() if one.name.endswith(".yaml")), key=lambda one: one.name):
        try:
            text = file.read_text("utf-8")
        except (OSError, UnicodeDecodeError) as error:
            raise UserError(f"{file.name} cannot be read: {error}.") from None
        catalogue = load(text, origin=file.name)
        if catalogue.id in found:
            raise UserError(f"{file.name}: the catalogue {catalogue.id} is already in {found[catalogue.id][1]}.")
        found[catalogue.id] = catalogue, file.name
    known = {id: place for place, id in enumerate(ORDER)}
    return tuple(sorted((one for one, _ in found.values()), key=lambda one: (known.get(one.id, len(ORDER)), one.id)))


def load(text: str, *, origin: str) -> Catalogue:
    """The catalogue in a file's text. Raises UserError that names the file (`origin`), the key and what is wrong with it."""
    document = _parse(text, origin)
    groups = _taken(document, "groups", list, origin, "")
    controls: list[dict[str, Any]] = []
    places: list[str] = []
    for number, group in enumerate(groups):
        where = f"groups[{number}]"
        _only(group, {"title", "manual_reason", "controls"}, origin, where)
        title, reason = _taken(group, "title", str, origin, where), group.get("manual_reason", "")
        for index, control in enumerate(_taken(group, "controls", list, origin, where)):
            place = f"{where}.controls[{index}]"
            _only(control, {"id", "title", "level", "assessable", "manual_reason"}, origin, place)
            if control.get("assessable") is False:
                control = {"manual_reason": reason} | control
                if not control["manual_reason"]:
                    raise UserError(
                        f"{origin}: {place}: one that is not assessable needs the key `manual_reason`, or its group."
                    )
            elif control.get("manual_reason"):
                raise UserError(f"{origin}: {place}: the key `manual_reason` is for controls that are not assessable.")
            controls.append(control | {"group": title})
            places.append(place)
    _only(document, {"groups", *Catalogue.model_fields} - {"controls"}, origin, "")
    _refuse_duplicates(controls, places, origin)
    fields = {key: value for key, value in document.items() if key != "groups"}
    try:
        return Catalogue.model_validate(fields | {"controls": controls})
    except ValidationError as error:
        first = error.errors()[0]
        raise UserError(f"{origin}: {_place(first['loc'], places)}: {first['msg']}.") from None


def dangling(checks: Iterable[Described], catalogues: Sequence[Catalogue]) -> tuple[Dangling, ...]:
    """The mappings of checks that name a control which none of the catalogues has, in the checks' order."""
    known = {(catalogue.id, control.id) for catalogue in catalogues for control in catalogue.controls}
    names = [f"{catalogue} {control}" for catalogue, control in sorted(known)]
    found = []
    for check in checks:
        for towards in check.about.towards:
            if (towards.catalogue, towards.control) not in known:
                near = difflib.get_close_matches(f"{towards.catalogue} {towards.control}", names, n=1)
                found.append(Dangling(check=check.about.id, towards=towards, nearest=near[0] if near else ""))
    return tuple(found)


def refuse_dangling(checks: Iterable[Described], catalogues: Sequence[Catalogue]) -> None:
    """Raise UserError where a check names a control which does not exist: the first, and how many more there are."""
    found = dangling(checks, catalogues)
    if found:
        more = f" There {'is one more' if len(found) == 2 else f'are {len(found) - 1} more'} of that kind." if found[1:] else ""
        raise UserError(f"{found[0]}{more}")


def chosen(ids: Sequence[str], catalogues: Sequence[Catalogue]) -> tuple[Catalogue, ...]:
    """The catalogues of these ids, in the catalogues' order; no ids: all of them. Raises UserError for one that is unknown."""
    known = {catalogue.id for catalogue in catalogues}
    for id in ids:
        if id not in known:
            raise UserError(f"There is no catalogue {id!r}; {nearest(id, known, 'there are')}")
    return tuple(catalogue for catalogue in catalogues if not ids or catalogue.id in ids)


def nearest(word: str, known: Iterable[str], otherwise: str) -> str:
    """How a sentence about an unknown word ends: with the nearest one, or with all of them."""
    names = sorted(known)
    low = {name.lower(): name for name in names}
    near = [name for name in low if word and name.startswith(word.lower())] or difflib.get_close_matches(word.lower(), low, n=1)
    return f"did you mean {low[near[0]]}?" if near else f"{otherwise}: {', '.join(names)}."


def serving(checks: Iterable[Described]) -> Served:
    """Which checks give evidence towards a control, by catalogue and control, in the checks' order and each check once."""
    found: dict[tuple[str, str], dict[str, tuple[About, Towards]]] = {}
    for check in checks:
        for towards in check.about.towards:
            found.setdefault((towards.catalogue, towards.control), {}).setdefault(check.about.id, (check.about, towards))
    return {key: tuple(value.values()) for key, value in found.items()}


def _parse(text: str, origin: str) -> dict[str, Any]:
    import yaml

    class Strict(getattr(yaml, "CSafeLoader", yaml.SafeLoader)):  # type: ignore[misc]
        """Refuses a key that is there twice, of which YAML's own reader would keep the last."""

        def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[Any, Any]:
            """A mapping whose keys are all different."""
            seen: set[str] = set()
            for key, _ in node.value:
                if key.value in seen:
                    raise UserError(f"{origin}, line {key.start_mark.line + 1}: the key `{key.value}` is there twice.")
                seen.add(key.value)
            read: dict[Any, Any] = super().construct_mapping(node, deep)
            return read

    try:
        document = yaml.load(text, Loader=Strict)
    except yaml.MarkedYAMLError as error:
        line = f", line {error.problem_mark.line + 1}" if error.problem_mark else ""
        raise UserError(f"{origin}{line}: not valid YAML: {error.problem or error.context}.") from None
    except (yaml.YAMLError, ValueError, RecursionError) as error:
        raise UserError(f"{origin}: not valid YAML: {error}.") from None
    if not isinstance(document, dict):
        raise UserError(f"{origin}: the file must be a mapping with the keys of a catalogue.")
    return document


def _taken(holder: dict[str, Any], key: str, kind: type, origin: str, where: str) -> Any:
    path = f"{where}.{key}" if where else key
    if key not in holder:
        raise UserError(f"{origin}: the key `{path}` is missing.")
    if not isinstance(holder[key], kind):
        raise UserError(f"{origin}: `{path}` must be {'a list' if kind is list else 'a text'}.")
    return holder[key]


def _only(holder: Any, known: set[str], origin: str, where: str) -> None:
    if not isinstance(holder, dict):
        raise UserError(f"{origin}: `{where}` must be a mapping.")
    for key in holder:
        if key not in known:
            path = f"{where}.{key}" if where else str(key)
            raise UserError(f"{origin}: there is no key `{path}`; {nearest(str(key), known, 'there are')}")


def _refuse_duplicates(controls: Sequence[Mapping[str, Any]], places: Sequence[str], origin: str) -> None:
    first: dict[str, str] = {}
    for control, place in zip(controls, places, strict=True):
        id = str(control.get("id", ""))
        if id in first:
            raise UserError(f"{origin}: {place}: the control {id} is already at {first[id]}.")
        first[id] = place


def _place(loc: tuple[int | str, ...], places: Sequence[str]) -> str:
    if len(loc) > 2 and loc[0] == "controls" and isinstance(loc[1], int):
        return f"`{places[loc[1]]}.{'.'.join(map(str, loc[2:]))}`"
    return f"`{'.'.join(map(str, loc)).replace('controls', 'groups')}`"
