"""The Conductor over the real durable client, against a Durable host that ends one instance at a time, as Azure's does."""

from __future__ import annotations

import sys
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

if sys.version_info < (3, 13):
    pytest.skip("the Azure host needs Python 3.13 or newer", allow_module_level=True)

from azure.durable_functions import DurableFunctionsClient

from fusion.adapters.azure.durable import DurableConductor
from fusion.engine import TERMINAL, Engine
from fusion.errors import TransientError
from fusion.ports import Progress
from tests.azure.client import ClientEndpoint
from tests.fakes import flows

pytestmark = pytest.mark.azure


@pytest.fixture
async def engine(tmp_path: Path) -> AsyncIterator[Engine]:
    async with Engine(tmp_path / "journal.db", flows.worker(), drain=0.0) as opened:
        yield opened


@pytest.fixture
async def conductor(engine: Engine) -> AsyncIterator[DurableConductor]:
    async with ClientEndpoint(engine, TERMINAL) as endpoint, DurableFunctionsClient(endpoint.binding()) as client:
        yield DurableConductor(client)


async def test_an_id_is_started_once_also_when_it_has_ended(engine: Engine, conductor: DurableConductor) -> None:
    assert await conductor.status("r") is None
    assert await conductor.start("review", {"fan": 3}, "r")
    await engine.wait("r", 20)
    assert await conductor.status("r") == Progress(id="r", status="completed", output=6)
    assert not await conductor.start("review", {"fan": 4}, "r")
    assert await conductor.start("sleeper", 600, "s")
    assert not await conductor.start("sleeper", 600, "s")
    assert await conductor.status("s") in (Progress(id="s", status="running"), Progress(id="s", status="pending"))


async def test_what_an_orchestration_began_ends_with_it(engine: Engine, conductor: DurableConductor) -> None:
    for id in ("p", "p:r0", "p:r0:1", "p2", "p2:r0"):
        assert await conductor.start("sleeper", 600, id)
    await conductor.terminate("p", "a newer head")
    for id in ("p", "p:r0", "p:r0:1"):
        assert await engine.wait(id, 20)
        assert await conductor.status(id) == Progress(id=id, status="terminated", output="a newer head")
    for id in ("p2", "p2:r0"):
        left = await conductor.status(id)
        assert left is not None
        assert not left.ended


async def test_ending_what_has_ended_or_never_was_is_no_error(engine: Engine, conductor: DurableConductor) -> None:
    await conductor.terminate("nobody", "why")
    await conductor.start("review", {"fan": 1}, "r")
    await engine.wait("r", 20)
    await conductor.terminate("r", "why")
    assert await conductor.status("r") == Progress(id="r", status="completed", output=0)


async def test_an_event_reaches_who_waits_for_it_and_nobody_else(engine: Engine, conductor: DurableConductor) -> None:
    assert not await conductor.tell("nobody", "approved", {"job": "j"}), "there never was such a run"
    await conductor.start("approval", {"seconds": 600}, "a")
    assert await conductor.tell("a", "something else", {"job": "i"})
    assert await conductor.tell("a", "approved", {"job": "j"})
    assert (await engine.wait("a", 20)).output == {"approved": {"job": "j"}}
    assert not await conductor.tell("a", "approved", {"job": "k"}), "it has ended"
    assert (await engine.wait("a", 20)).output == {"approved": {"job": "j"}}


async def test_a_host_that_does_not_answer_is_an_outage(engine: Engine) -> None:
    async with ClientEndpoint(engine, TERMINAL) as endpoint:
        binding = endpoint.binding()
    async with DurableFunctionsClient(binding) as client:
        gone = DurableConductor(client)
        for ask in (gone.status("r"), gone.start("review", {}, "r"), gone.terminate("r", "why"), gone.tell("r", "e", {})):
            with pytest.raises(TransientError, match=r"^The Functions host (could|did) not"):
                await ask
