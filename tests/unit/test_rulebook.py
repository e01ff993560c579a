"""What was judged by other tools is not taken for what these would say; and a service is asked once in a while, not always."""

from __future__ import annotations

import asyncio
from types import SimpleNamespace
from typing import Any

from fusion.check import Source
from fusion.evidence.analyzer import Missing
from fusion.evidence.examiner import Footing
from fusion.evidence.remote.catalogue import Current
from fusion.evidence.service.contract import Catalogue
from fusion.model import Outcome, ToolRun
from fusion.ports.sessions import Fault, Reply
from orchestrations.rulebook import Rulebook
from tests.fakes.analyzers import Marks

NOW = Footing(version="1", rules="sha256:r", isolation="far away")
RUN = ToolRun(tool="marks", outcome=Outcome.OK, version="1", rules="sha256:r", isolation="far away")


def rulebook(footing: Footing | Missing | None) -> Rulebook:
    async def asked(_analyzer: object) -> Footing | Missing | None:
        return footing

    about = SimpleNamespace(id="x", reads={Source.EVIDENCE}, severity="low", title="", remediation="", towards=())
    bundle: Any = SimpleNamespace(
        compliance=SimpleNamespace(checks=(SimpleNamespace(about=about),)),
        analyzers=SimpleNamespace(plugins={"marks": Marks()}, broken={}),
        examiner=SimpleNamespace(footing=asked),
    )
    return Rulebook(bundle)


async def test_a_scan_counts_as_current_only_on_the_footing_of_its_evidence() -> None:
    digest = await rulebook(NOW).digest()
    assert digest == await rulebook(NOW).digest([RUN, RUN.model_copy(update={"outcome": Outcome.FAILED, "version": ""})])
    for other in ({"version": "2"}, {"rules": "sha256:s"}, {"isolation": "near"}):
        assert await rulebook(Footing(**{**vars_of(NOW), **other})).digest() != digest
        mixed = [RUN.model_copy(update=other)]
        assert await rulebook(NOW).digest(mixed) not in (digest, await rulebook(NOW).digest(mixed))
    assert await rulebook(Missing("gone")).digest() != digest
    silent = rulebook(None)
    assert len({await silent.digest() for _ in range(3)}) == 3


def vars_of(footing: Footing) -> dict[str, str]:
    return {"version": footing.version, "rules": footing.rules, "isolation": footing.isolation}


class Asked:
    """A service that says which of its images answers, or nothing."""

    place = "here"

    def __init__(self) -> None:
        self.times, self.there = 0, True

    async def ask(self, *_: Any, **__: Any) -> Reply:
        self.times += 1
        await asyncio.sleep(0)
        image = Catalogue(fusion=str(self.times), isolation="", network_cut=True, files_confined=True, at_once=1, tools=())
        return Reply(status=200, body=image.model_dump_json().encode()) if self.there else Reply(fault=Fault.UNREACHABLE)

    async def stop(self, session: str) -> None:
        assert session


async def test_many_ask_once_and_nothing_counts_for_long() -> None:
    service, now = Asked(), [0.0]
    current = Current(service, clock=lambda: now[0])
    found = await asyncio.gather(*(current.catalogue() for _ in range(5)))
    assert ([one and one.fusion for one in found], service.times) == (["1"] * 5, 1)
    now[0] = 301.0
    later = await current.catalogue()
    assert later is not None
    assert later.fusion == "2"
    now[0], service.there = 700.0, False
    assert [await current.catalogue() for _ in range(3)] == [None] * 3
    assert service.times == 3
    now[0], service.there = 731.0, True
    assert await current.catalogue() is not None
