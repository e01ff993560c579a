"""`fusion doctor --azure`, as an operator runs it: lines, commands and exit codes."""

from __future__ import annotations

import json
from pathlib import Path

from tests.fakes.commandline import Workplace, one_sentence
from tests.fakes.cosmos.server import CosmosEmulator
from tests.fakes.servicebus.bus import QueueOptions, ServiceBus

RIGHT = QueueOptions(sessions=True, duplicate_window=604_800)
NAMES = ("fusion-command", "fusion-event", "fusion-scheduled")


def test_what_is_configured_is_looked_at_and_the_exit_code_says_whether_to_act(tmp_path: Path) -> None:
    place = Workplace(tmp_path / "repo", tmp_path / "state").init()
    with CosmosEmulator() as cosmos, ServiceBus(queues=dict.fromkeys(NAMES, RIGHT)) as bus:
        cosmos.account.make_database({"id": "fusion"})
        key = {"paths": ["/tenant", "/scope", "/id"], "kind": "MultiHash", "version": 2}
        paths = [{"path": f"/{name}/?"} for name in ("tenant", "scope", "kind", "position")]
        index = {"indexingMode": "consistent", "includedPaths": paths, "excludedPaths": [{"path": "/*"}]}
        cosmos.account.make_container("fusion", {"id": "records", "partitionKey": key, "indexingPolicy": index})
        settings = {
            "FUSION_COSMOS": cosmos.connection,
            "FUSION_SERVICEBUS": bus.connection_string,
            "FUSION_GITHUB_API": "http://127.0.0.1:1",
        }
        done = place.fusion("doctor", "--azure", "--format", "json", **settings)
        parts = {(part["kind"], part["name"]): part for part in json.loads(done.stdout)["parts"]}
        assert done.returncode == 0, [part for part in parts.values() if part["state"] == "mend"]
        assert set(parts["cosmos db", "access"]) == {"kind", "name", "ready", "detail", "state", "command"}
        assert {name: part["state"] for (kind, name), part in parts.items() if kind == "service bus"} == {
            **dict.fromkeys(NAMES, "ready"),
            "settings": "skipped",
        }
        assert parts["cosmos db", "container"]["ready"] is True
        assert parts["settings", "FUSION_BLOBS"]["state"] == "warning"
        assert parts["identity", "sign-in"]["state"] == "skipped"
        assert "SharedAccessKey" not in done.stdout.replace("SharedAccessKeyName", "")
        index["includedPaths"] = []
        done = place.fusion("doctor", "--azure", **settings)
    assert done.returncode == 1
    lines = done.stdout.splitlines()
    commands = lines[lines.index("What to do, in turn:") :]
    assert "# cosmos db, index" in commands
    assert commands[commands.index("# cosmos db, index") + 1].startswith("az rest --method put ")


def test_nothing_configured_is_a_sentence(tmp_path: Path) -> None:
    place = Workplace(tmp_path / "repo", tmp_path / "state").init()
    done = place.fusion("doctor", "--azure")
    assert done.returncode == 2
    assert one_sentence(done).startswith("fusion: Nothing of Azure is configured here")
