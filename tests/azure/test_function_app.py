"""The real `function_app.py` in Microsoft's Python worker: one review end to end, and the same one on the embedded host."""

from __future__ import annotations

import inspect
import json
import sys
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from fusion import local, plugins, runtime, settings
from fusion.adapters.servicebus.queue import ServiceBusQueue
from fusion.dispatch.catchup import EVERY
from fusion.dispatch.consume import LOOPS
from fusion.dispatch.triggered import LIMIT
from fusion.evidence.sandbox import Sandbox
from fusion.evidence.service.answering import Answering
from fusion.evidence.service.app import App
from fusion.functions import CATCH_UP, PURGE, PURGE_LIMIT
from fusion.model import Request, RequestKind, Review
from tests.fakes.commandline import Workplace
from tests.fakes.github import FakeGitHub
from tests.fakes.github.wire import Wire

pytestmark = [
    pytest.mark.azure,
    pytest.mark.skipif(sys.version_info < (3, 13), reason="the Azure host needs Python 3.13 or newer"),
    # The worker logs through a deprecated call, and leaves its gRPC channel to the garbage collector.
    pytest.mark.filterwarnings("ignore::DeprecationWarning", "ignore::ResourceWarning"),
]

ROOT = Path(__file__).parents[2]
TOKEN = "a-token-of-thirty-two-characters"
PATCH = """\
diff --git a/run.py b/run.py
new file mode 100644
--- /dev/null
+++ b/run.py
@@ -0,0 +1,5 @@
+import subprocess
+
+
+def run(name):
+    subprocess.run(f"echo {name}", shell=True, check=True)
"""


@asynccontextmanager
async def function_app(home: Path, **environment: str) -> AsyncIterator[Any]:
    from tests.azure.worker import AzureApp

    async with (
        AzureApp(ROOT, environment={"FUSION_HOME": str(home), **environment}) as app,
        app.open(home / "hub.db") as host,
    ):
        try:
            yield host
        finally:
            await sys.modules["function_app"].functions.close()


@pytest.fixture
def home(tmp_path: Path) -> Path:
    folder = tmp_path / "state"
    folder.mkdir()
    return folder


@pytest.fixture
def github(tmp_path: Path) -> Iterator[FakeGitHub]:
    place = Workplace(tmp_path / "shop", tmp_path / "unused").init()
    place.commit("Begin", **{"README.md": "# Shop\n", "shop.py": "def price(item):\n    return 1\n"})
    place.git("checkout", "--quiet", "-b", "feature")
    place.commit("Run", **{"shop.py": "import os\n\n\ndef price(item):\n    os.system('echo ' + item)\n    return 2\n"})
    with FakeGitHub() as fake:
        fake.add("octo/shop", place.folder)
        fake.pull("octo/shop", 12, base="main", head="feature")
        yield fake


async def review(host: Any, body: dict[str, Any]) -> dict[str, Any]:
    started = await host.http("start", method="POST", body=json.dumps(body).encode())
    assert started.status == 202, started.body
    state = await host.engine.wait(started.json()["id"], 90)
    assert state.status == "completed", state.failure
    answer = await host.http("state", route={"id": started.json()["id"]})
    assert answer.status == 200
    found: dict[str, Any] = answer.json()
    return found


def told(found: dict[str, Any]) -> dict[str, Any]:
    """A review without what differs from run to run: ids, times, seconds."""

    def strip(node: Any) -> Any:
        if isinstance(node, dict):
            return {
                key: strip(value)
                for key, value in node.items()
                if key not in ("id", "run", "at", "seconds", "actor", "provenance")
            }
        return [strip(item) for item in node] if isinstance(node, list) else node

    stripped: dict[str, Any] = strip(found)
    return stripped


async def test_a_patch_from_http_to_review(home: Path) -> None:
    async with function_app(home, FUSION_EVIDENCE="local") as host:
        found = await review(host, {"patch": PATCH})
        assert found["result"]["status"] == "reviewed"
        assert any(finding["family"] == "command-injection" for finding in found["review"]["findings"])
        again = await host.http("start", method="POST", body=json.dumps({"patch": PATCH}).encode())
        assert again.json()["id"] == found["id"]
        assert len(host.engine.query(prefix="review-", limit=100)) >= 1
        reviews = [state for state in host.engine.query(limit=100) if state.name == "review"]
        assert len(reviews) == 1, "a second start of the same request is a no-op"
        rerun = await host.http("start", method="POST", body=json.dumps({"patch": PATCH, "attempt": 2}).encode())
        assert rerun.json()["id"] != found["id"]


async def test_a_pull_request_from_http_to_review(home: Path, github: FakeGitHub) -> None:
    async with function_app(home, FUSION_EVIDENCE="local", FUSION_GITHUB_API=github.url) as host:
        found = await review(host, {"repository": "octo/shop", "number": 12})
    assert found["review"]["subject"] == "pull:12"
    assert {finding["location"]["path"] for finding in found["review"]["findings"]} >= {"shop.py"}


async def test_beside_identities_no_analyzer_runs_unless_asked(home: Path) -> None:
    async with function_app(home) as host:
        found = await review(host, {"patch": PATCH})
    tools = {run["tool"]: run for run in found["review"]["coverage"]["tools"]}
    assert tools["bandit"]["outcome"] == "skipped"
    assert "switched off" in tools["bandit"]["reason"]


@pytest.mark.parametrize(
    ("body", "word"),
    [(b"nonsense", "JSON"), (b'{"repository": "octo/shop"}', "Name a pull request"), (b'{"location": "/etc"}', "location")],
)
async def test_a_wrong_start_is_answered_in_one_sentence(home: Path, body: bytes, word: str) -> None:
    async with function_app(home) as host:
        answer = await host.http("start", method="POST", body=body)
        assert answer.status == 400
        assert word in answer.json()["error"]
        assert (await host.http("state", route={"id": "review-nothing"})).status == 404


async def test_an_exception_is_granted_by_whoever_has_a_token(home: Path) -> None:
    last = (datetime.now(UTC) + timedelta(days=100)).date().isoformat()
    asked = {
        "check": "sbom",
        "repository": "octo/shop",
        "owner": "ada",
        "reason": "Soon.",
        "approver": "grace",
        "expires": last,
    }
    sent = {"method": "POST", "body": json.dumps(asked).encode()}
    async with function_app(home, FUSION_API_TOKEN=f"ci={'c' * 32}") as host:
        assert (await host.http("exceptions", **sent, headers={"Content-Type": "application/json"})).status == 401
        shown = {"Authorization": f"Bearer {'c' * 32}", "Content-Type": "application/json"}
        granted = await host.http("exceptions", **sent, headers=shown)
        assert granted.status == 200, granted.body
        assert granted.json()["deeds"][0]["by"] == "ci"
        listed = await host.http("exceptions", query={"repository": "octo/shop"}, headers=shown)
        assert listed.json()["exceptions"] == [granted.json()]
        route = {"id": granted.json()["exception"]["id"]}
        gone = await host.http("exception", method="DELETE", route=route, headers=shown)
        assert (gone.status, gone.json()["deeds"][-1]["did"]) == (200, "withdrawn")


async def test_a_refusal_is_a_result(home: Path, github: FakeGitHub) -> None:
    async with function_app(home, FUSION_GITHUB_API=github.url) as host:
        found = await review(host, {"repository": "octo/shop", "number": 99})
    assert found["result"]["status"] == "refused"
    assert "octo/shop" in found["result"]["message"]


async def test_analyzers_look_in_the_service_beside_the_app(home: Path) -> None:
    service = Wire(App(Answering(plugins.analyzers().plugins, Sandbox.detect()), token=TOKEN, at_once=4))
    service.start()
    async with function_app(home, FUSION_EVIDENCE_SERVICE=service.url, FUSION_EVIDENCE_TOKEN=TOKEN) as host:
        found = await review(host, {"patch": PATCH})
    service.stop()
    runs = {run["tool"]: run for run in found["review"]["coverage"]["tools"]}
    assert runs["bandit"]["outcome"] == "ok"
    assert runs["bandit"]["isolation"] == f"evidence service at 127.0.0.1; {Sandbox.detect().isolation}"
    assert [run for run in runs.values() if "switched off" in run.get("reason", "")] == []


async def test_both_hosts_give_the_same_review(home: Path, tmp_path: Path, github: FakeGitHub) -> None:
    environment = {"FUSION_EVIDENCE": "local", "FUSION_GITHUB_API": github.url}
    async with function_app(home, **environment) as host:
        on_azure = await review(host, {"repository": "octo/shop", "number": 12})
    configured = settings.read({**environment, "FUSION_HOME": str(tmp_path / "embedded")})
    bundle = runtime.embedded(configured, beside_identities=True)
    request = Request(kind=RequestKind.PULL, repository="octo/shop", number=12)
    result = await local.run(request, configured, bundle, nonce="x")
    embedded = Review.model_validate_json(await bundle.blobs.get(result["review"]))
    assert told(embedded.model_dump(mode="json", exclude_defaults=True)) == told(on_azure["review"])


def seconds(span: str) -> float:
    """A .NET TimeSpan, hh:mm:ss."""
    hours, minutes, rest = (int(part) for part in span.split(":"))
    return timedelta(hours=hours, minutes=minutes, seconds=rest).total_seconds()


def test_host_json_agrees_with_the_code() -> None:
    from orchestrations.registry import VERSION

    host = json.loads((ROOT / "host.json").read_text())
    durable, bus = host["extensions"]["durableTask"], host["extensions"]["serviceBus"]
    assert durable["defaultVersion"] == VERSION
    # The conductor asks before it starts; in between, only what runs is left alone by either host.
    assert durable["overridableExistingInstanceStates"] == "NonRunningStates"
    assert host["extensions"]["http"]["routePrefix"] == "api"
    assert bus["autoCompleteMessages"] is True, "returning completes a message"
    assert bus["maxConcurrentSessions"] == max(LOOPS.values())
    assert seconds(bus["sessionIdleTimeout"]) == inspect.signature(ServiceBusQueue).parameters["linger"].default
    assert seconds(host["functionTimeout"]) > PURGE_LIMIT
    # A handler is given up before its lock ends, and that before the host ends the process.
    assert LIMIT < seconds(bus["maxAutoLockRenewalDuration"]) <= seconds(host["functionTimeout"])


def test_the_timers_are_those_of_the_embedded_host() -> None:
    assert f"0 */{EVERY.total_seconds() / 60:g} * * * *" == CATCH_UP
    assert [field.isdecimal() for field in PURGE.split()] == [True, True, True, False, False, False], "once a day"


def test_importing_the_app_loads_no_model_library() -> None:
    import subprocess

    code = "import sys, function_app; print(*sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True)
    assert not {"semantic_kernel", "openai", "githubkit", "torch"} & {name.split(".")[0] for name in done.stdout.split()}
