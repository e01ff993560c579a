"""The harness itself: HTTP triggers, the durable client over gRPC, and what host.json says about ids that exist."""

from __future__ import annotations

import json
import sys
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from fusion.engine import InstanceStatus

if sys.version_info < (3, 13):
    pytest.skip("Microsoft's Python worker needs Python 3.13 or newer", allow_module_level=True)

from tests.azure.worker import AzureApp, AzureHost, InvocationFailed

pytestmark = [pytest.mark.azure, pytest.mark.filterwarnings("ignore:azure.functions df_loads:DeprecationWarning")]
FOLDER = Path(__file__).parent / "flows_app"


@pytest.fixture
async def host(tmp_path: Path) -> AsyncIterator[AzureHost]:
    async with AzureApp(FOLDER) as app, app.open(tmp_path / "journal.db", drain=0) as opened:
        yield opened


async def begin(host: AzureHost, name: str, input: object, id: str) -> None:
    reply = await host.http("begin", method="POST", body=json.dumps(input).encode(), route={"name": name}, query={"id": id})
    assert (reply.status, reply.json(), reply.headers["X-Run"]) == (202, {"id": id}, id)


async def test_an_http_trigger_starts_an_orchestration(host: AzureHost) -> None:
    await begin(host, "review", {"fan": 4}, "r")
    state = await host.engine.wait("r", 240)
    assert (state.status, state.output, state.version) == (InstanceStatus.COMPLETED, 12, "1")


async def test_a_finished_id_may_be_taken_over_and_a_running_one_not(host: AzureHost) -> None:
    await begin(host, "review", {"fan": 2}, "r")
    await host.engine.wait("r", 240)
    await begin(host, "review", {"fan": 3}, "r")
    assert (await host.engine.wait("r", 240)).output == 6
    await begin(host, "sleeper", 60, "s")
    with pytest.raises(InvocationFailed, match="exists already"):
        await begin(host, "review", {"fan": 3}, "s")


async def test_sub_orchestrations_take_the_default_version(host: AzureHost) -> None:
    await begin(host, "family", 2, "f")
    assert (await host.engine.wait("f", 240)).output == 4
    child = host.engine.status("f:0")
    assert child is not None
    assert child.version == "1"


async def test_a_restarted_host_goes_on(tmp_path: Path) -> None:
    journal = tmp_path / "journal.db"
    async with AzureApp(FOLDER) as app:
        async with app.open(journal, drain=0) as host:
            await begin(host, "approval", {"seconds": 60}, "a")
            await begin(host, "sleeper", 0.05, "s")
        async with app.open(journal, drain=0) as host:
            await host.engine.raise_event("a", "approved", "late")
            assert (await host.engine.wait("a", 240)).output == {"approved": "late"}
            assert (await host.engine.wait("s", 240)).output == "woke"


async def test_names_come_from_the_metadata(host: AzureHost) -> None:
    app = host.app
    assert "review" in app.orchestrators
    assert "score" in app.activities
    assert app.triggers == {"begin": "req"}
    assert app.clients == {"begin": "client"}
