"""How much of each catalogue checks can speak to: counted, never guessed."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from fusion.controls.catalogue import Catalogue, Control, Described, Served, serving


@dataclass(frozen=True, slots=True, kw_only=True)
class Coverage:
    """Counts over the controls of a catalogue, or of one group of it."""

    name: str
    """Id of the catalogue, or title of the group."""
    controls: int
    assessable: int
    """Of them, those that settings, code or history can speak to."""
    checked: int
    """Of them, those that at least one check gives evidence towards."""
    open: tuple[Control, ...]
    """Assessable, and no check gives evidence towards them yet."""
    checks: int
    """Checks that give evidence towards any of them."""

    @property
    def manual(self) -> int:
        """Controls that somebody has to look at."""
        return self.controls - self.checked


def coverage(checks: Iterable[Described], catalogues: Sequence[Catalogue]) -> tuple[Coverage, ...]:
    """How much of each catalogue the checks can speak to, in the catalogues' order."""
    served = serving(checks)
    return tuple(_count(catalogue.id, catalogue.id, catalogue.controls, served) for catalogue in catalogues)


def by_group(checks: Iterable[Described], catalogue: Catalogue) -> tuple[Coverage, ...]:
    """The same for each group of one catalogue, in its order."""
    served = serving(checks)
    groups: dict[str, list[Control]] = {}
    for control in catalogue.controls:
        groups.setdefault(control.group, []).append(control)
    return tuple(_count(catalogue.id, title, controls, served) for title, controls in groups.items())


def table(checks: Iterable[Described], catalogues: Sequence[Catalogue]) -> str:
    """Coverage as a Markdown table, for the documentation."""
    lines = [
        "| catalogue | standard | controls | assessable | with checks | checks | to look at by hand |",
        "|---|---|---|---|---|---|---|",
    ]
    for catalogue, one in zip(catalogues, coverage(checks, catalogues), strict=True):
        cells = (one.controls, one.assessable, one.checked, one.checks, one.manual)
        lines.append(f"| `{catalogue.id}` | {catalogue.title} {catalogue.version} | {' | '.join(map(str, cells))} |")
    return "\n".join(lines) + "\n"


def _count(catalogue: str, name: str, controls: Sequence[Control], served: Served) -> Coverage:
    checked = [control for control in controls if (catalogue, control.id) in served]
    return Coverage(
        name=name,
        controls=len(controls),
        assessable=sum(control.assessable for control in controls),
        checked=len(checked),
        open=tuple(one for one in controls if one.assessable and (catalogue, one.id) not in served),
        checks=len({about.id for one in checked for about, _ in served[catalogue, one.id]}),
    )
