"""Which Function App the settings make, and the context that is entered once."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from fusion import runtime
from fusion.adapters.azure.cosmos import CONTAINER
from fusion.errors import TransientError, UserError
from fusion.functions import Functions, Kept
from fusion.ports import Priority
from fusion.runtime.evidence import examiner

KEYED = "Endpoint=sb://b.servicebus.windows.net/;SharedAccessKeyName=n;SharedAccessKey=k"
BOT = {"FUSION_GITHUB_APP": "7", "FUSION_GITHUB_KEY": "pem", "FUSION_WEBHOOK_SECRET": "x" * 16}
SHARED = {"FUSION_COSMOS": "https://c.documents.azure.com", "FUSION_BLOBS": "https://b.blob.core.windows.net"}
NAMESPACE = {"FUSION_SERVICEBUS__fullyQualifiedNamespace": "b.servicebus.windows.net"}


@pytest.mark.parametrize("bus", [NAMESPACE, {"FUSION_SERVICEBUS": KEYED}, {**NAMESPACE, "FUSION_SERVICEBUS": KEYED}])
def test_a_bot_listens_to_every_queue(bus: Mapping[str, str]) -> None:
    functions = Functions({**BOT, **SHARED, **bus})
    assert functions.is_bot
    assert set(functions.queues) == set(Priority)
    assert {"fetch_change", "publish", "redeliver"} <= set(functions.activities())
    assert examiner(functions.settings, beside_identities=True) is None, "beside identities no analyzer runs unasked"


def test_without_an_app_there_is_the_reviewer_alone() -> None:
    functions = Functions(SHARED)
    assert (functions.is_bot, functions.queues) == (False, {})


@pytest.mark.parametrize("left_out", [["FUSION_WEBHOOK_SECRET"], ["FUSION_GITHUB_APP", "FUSION_GITHUB_KEY"]])
def test_half_a_bot_does_not_start(left_out: list[str]) -> None:
    environ = {name: value for name, value in {**BOT, **SHARED, **NAMESPACE}.items() if name not in left_out}
    with pytest.raises(UserError, match=f"^The bot needs {' and '.join(left_out)}"):
        Functions(environ)


def test_a_bot_shares_nothing_with_its_other_instances_by_disk() -> None:
    with pytest.raises(UserError, match="needs FUSION_COSMOS, FUSION_BLOBS and FUSION_SERVICEBUS: its instances share no"):
        Functions(BOT)


def test_a_host_name_where_triggers_take_a_connection_string_is_refused() -> None:
    with pytest.raises(UserError, match="FUSION_SERVICEBUS__fullyQualifiedNamespace instead"):
        Functions({**BOT, **SHARED, "FUSION_SERVICEBUS": "b.servicebus.windows.net"})


WORKER = '[endpoints.gpu]\nkind = "worker"\nmodel = "smollm2-135m"\n'


def test_a_worker_of_the_models_file_is_listened_to(tmp_path: Path) -> None:
    file = tmp_path / "models.toml"
    file.write_text(WORKER, "utf-8")
    models = {"FUSION_MODELS": str(file)}
    blobs = {"FUSION_BLOBS": SHARED["FUSION_BLOBS"]}
    assert Functions({**blobs, **NAMESPACE, **models}).results == "inference-results"
    assert Functions({**BOT, **SHARED, **NAMESPACE, **models}).results == "inference-results"
    assert Functions({**blobs, **NAMESPACE}).results == ""
    with pytest.raises(
        UserError, match=r"^The models file has an endpoint of the inference worker, .* FUSION_SERVICEBUS alone"
    ):
        Functions({**blobs, **models})
    with pytest.raises(UserError, match="FUSION_SERVICEBUS__fullyQualifiedNamespace instead"):
        Functions({**blobs, **models, "FUSION_SERVICEBUS": "b.servicebus.windows.net"})
    file.write_text(WORKER.replace("worker", "wroker"), "utf-8")
    with pytest.raises(UserError, match=r"models\.toml, line 2: .*wroker"):
        Functions({**blobs, **NAMESPACE, **models})
    with pytest.raises(UserError, match="cannot be read"):
        Functions({"FUSION_MODELS": str(tmp_path / "nowhere.toml")})


def test_the_page_about_azure_names_what_the_code_needs() -> None:
    page = (Path(__file__).parents[2] / "docs" / "azure.md").read_text(encoding="utf-8")
    indexed = [entry["path"] for entry in CONTAINER["indexing"]["includedPaths"]]
    for word in (
        *runtime.trigger_queues().values(),
        runtime.result_queue(),
        "FUSION_MODELS",
        *CONTAINER["partition_key"],
        *indexed,
        *BOT,
        *SHARED,
        *NAMESPACE,
    ):
        assert f"`{word}`" in page


async def test_a_context_is_entered_once_and_again_after_a_failure() -> None:
    log: list[str] = []
    broken = [TransientError("not now")]

    @asynccontextmanager
    async def make() -> AsyncIterator[str]:
        await asyncio.sleep(0)
        if broken:
            raise broken.pop()
        log.append("in")
        yield "value"
        log.append("out")

    kept = Kept(make)
    with pytest.raises(TransientError):
        await kept.get()
    assert await asyncio.gather(*(kept.get() for _ in range(5))) == ["value"] * 5
    assert log == ["in"]
    await kept.close()
    await kept.close()
    assert log == ["in", "out"]
    assert await kept.get() == "value"
    await kept.close()


def test_another_event_loop_has_connections_of_its_own() -> None:
    entered: list[int] = []

    @asynccontextmanager
    async def make() -> AsyncIterator[int]:
        entered.append(len(entered))
        yield len(entered)

    kept = Kept(make)
    assert asyncio.run(kept.get()) == 1
    assert asyncio.run(kept.get()) == 2
