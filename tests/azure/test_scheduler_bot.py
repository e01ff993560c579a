"""`fusion host scheduler` as its users start it: two processes on one task hub, from webhook to posted review, and SIGTERM."""

from __future__ import annotations

import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from fusion.adapters.servicebus.queue import QUEUES
from fusion.events.permissions import PERMISSIONS
from tests.fakes import azurite
from tests.fakes.azurite import Azurite
from tests.fakes.cosmos.server import CosmosEmulator
from tests.fakes.github import FakeGitHub
from tests.fakes.servicebus.bus import QueueOptions, ServiceBus
from tests.fakes.serving import SECRET, Serving, environment
from tests.fakes.task_hub import task_hub

pytestmark = [pytest.mark.azure, pytest.mark.slow]

NAME = "octo/shop"


@pytest.fixture
def storage(tmp_path: Path) -> Iterator[str]:
    if why := azurite.missing():
        pytest.skip(why)
    with Azurite(tmp_path) as running:
        yield running.connection


def test_two_processes_on_one_hub_review_once(tmp_path: Path, storage: str) -> None:
    queues = dict.fromkeys(
        QUEUES.values(), QueueOptions(sessions=True, duplicate_window=604_800, lock_seconds=60, max_deliveries=10)
    )
    with FakeGitHub() as github, ServiceBus(queues=queues) as bus, CosmosEmulator() as cosmos, task_hub() as (_, port):
        github.create(NAME, {".fusion.yml": "version: 1\nblock: low\n", "shop.py": "def price(item):\n    return 1\n"})
        github.app(permissions={permission.name: permission.access for permission in PERMISSIONS})
        github.install(NAME)
        shared = {
            "FUSION_SCHEDULER": f"http://127.0.0.1:{port}",
            "FUSION_SERVICEBUS": bus.connection_string,
            "FUSION_COSMOS": cosmos.connection,
            "FUSION_BLOBS": storage,
        }
        replicas = []
        for name in ("one", "two"):
            (tmp_path / name).mkdir()
            replica = Serving(tmp_path / name, environment(github, **shared), command=("host", "scheduler"))
            replicas.append(replica.start())
        try:
            github.webhook(f"{replicas[0].url}/github", SECRET)
            number = github.open_pull(
                NAME, head="feature", files={"shop.py": "def price(item):\n    breakpoint()\n    return item\n"}
            )
            github.settle()
            for _ in range(600):
                if f"{NAME}#{number}: the review of" in (logs := "".join(replica.log for replica in replicas)):
                    break
                time.sleep(0.1)
            assert [check.status for check in github.checks(NAME, number)] == ["completed"], logs
            assert "analyzers" in github.conversation(NAME, number)
            assert [replica.get("/readyz")[0] for replica in replicas] == [200, 200]
        finally:
            ends = [replica.stop() for replica in replicas]
    logs = "".join(replica.log for replica in replicas)
    assert ends == [0, 0], logs
    assert f"its runs are in the task hub fusion at http://127.0.0.1:{port}" in logs
    assert logs.count("stopped") == 2
