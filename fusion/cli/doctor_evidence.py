"""What `fusion doctor` says about where analyzers look, when that is not this machine."""

from __future__ import annotations

from typing import TYPE_CHECKING

import fusion
from fusion.cli import work
from fusion.errors import UserError

if TYPE_CHECKING:
    from fusion.evidence.service.contract import Catalogue
    from fusion.settings import Settings


def rows(configured: Settings) -> list[tuple[str, str, bool, str]]:
    """A row for the evidence service: whether it answers, how it shuts tools in, and what it has not got."""
    ready, detail = _service(configured)
    return [("evidence", "service", ready, detail)]


def _service(configured: Settings) -> tuple[bool, str]:
    if not configured.evidence_service:
        return False, "FUSION_EVIDENCE_SERVICE is not set: analyzers run on this machine, if at all"
    if configured.evidence != "auto":
        return False, f"not asked: FUSION_EVIDENCE is {configured.evidence}"
    from fusion import runtime

    try:
        found = work(runtime.evidence_service(configured))
    except UserError as error:
        return False, str(error)
    return (False, found) if isinstance(found, str) else _told(found)


def _told(found: Catalogue) -> tuple[bool, str]:
    have = sum(not tool.missing for tool in found.tools)
    missing = [tool.name for tool in found.tools if tool.missing]
    told = [f"{have} analyzers, {found.isolation}"]
    if missing:
        told.append(f"missing there: {', '.join(missing)}")
    if found.fusion != fusion.__version__:
        told.append(f"it runs Fusion {found.fusion}, and this is {fusion.__version__}: deploy its image anew")
    return have > 0, "; ".join(told)
