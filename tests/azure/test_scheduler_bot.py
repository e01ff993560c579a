"""`fusion host scheduler` as its users start it: from webhook to posted review, and SIGTERM.

Two replicas on one hub are in tests/acceptance/test_scheduler_host.py, in one process.
"""

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


def test_a_process_of_its_own_reviews_and_ends_in_order(tmp_path: Path, storage: str) -> None:
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
        home = tmp_path / "home"
        home.mkdir()
        replica = Serving(home, environment(github, **shared), command=("host", "scheduler")).start()
        try:
            github.webhook(f"{replica.url}/github", SECRET)
            number = github.open_pull(
                NAME, head="feature", files={"shop.py": "def price(item):\n    breakpoint()\n    return item\n"}
            )
            github.settle()
            for _ in range(2400):
                if f"{NAME}#{number}: the review of" in replica.log:
                    break
                time.sleep(0.1)
            assert [check.status for check in github.checks(NAME, number)] == ["completed"], replica.log
            assert "analyzers" in github.conversation(NAME, number)
            assert replica.get("/readyz")[0] == 200
        finally:
            end = replica.stop()
    assert end == 0, replica.log
    assert f"its runs are in the task hub fusion at http://127.0.0.1:{port}" in replica.log
    assert replica.log.count("stopped") == 1
