"""What a checkup asks beside Azure's own services, and that one that cannot be used does not keep it from the others."""

from __future__ import annotations

from pathlib import Path

import pytest

pytest.importorskip("azure.identity")

from fusion.errors import UserError
from fusion.ports.checkup import Standing, Told
from fusion.runtime.checkup import checkup
from fusion.settings import read
from tests.fakes.scripted_http import Asked, listening, reply
from tests.fakes.task_hub import task_hub

MODELS = """
[endpoints.near]
kind = "openai"
address = "{address}/v1"
model = "qwen2.5-coder-7b-instruct"
local = true

[endpoints.gone]
kind = "openai"
address = "http://127.0.0.1:1/v1"
model = "qwen2.5-coder-7b-instruct"
local = true
"""
NOWHERE = "Endpoint=sb://127.0.0.1:1;SharedAccessKeyName=R;SharedAccessKey=S;UseDevelopmentEmulator=true"
CATALOGUE = {
    "schema_version": 1,
    "fusion": "1.2",
    "isolation": "namespaces",
    "network_cut": True,
    "files_confined": True,
    "at_once": 2,
    "tools": [],
}


def answer(asked: Asked) -> bytes:
    return reply(200, CATALOGUE if asked.target == "/tools" else {"data": []}, content_type="application/json")


def lines(told: list[Told]) -> dict[tuple[str, str], Told]:
    return {(one.part, one.name): one for one in told}


async def test_each_thing_is_told_whatever_the_others_do(tmp_path: Path) -> None:
    async with listening(answer) as (_, address):
        with task_hub() as (_, port):
            file = tmp_path / "models.toml"
            file.write_text(MODELS.format(address=address))
            environ = {
                "FUSION_SERVICEBUS": "no connection at all = x",
                "FUSION_COSMOS": "nonsense",
                "FUSION_BLOBS": "AccountName=a;AccountKey=no",
                "FUSION_SCHEDULER": f"http://127.0.0.1:{port}",
                "FUSION_EVIDENCE_SERVICE": address,
                "FUSION_MODELS": str(file),
                "OTEL_EXPORTER_OTLP_ENDPOINT": address,
                "FUSION_GITHUB_API": address,
                "FUSION_GITHUB_APP": "1",
                "FUSION_GITHUB_KEY": "@Microsoft.KeyVault(SecretUri=nowhere)",
                "FUSION_WEBHOOK_SECRET": "0123456789abcdef",
                "FUSION_ANCHOR": "blob+nonsense",
            }
            found = lines(list(await checkup(read(environ), environ)))
    wrong = {key: one.detail for key, one in found.items() if one.standing is Standing.MEND}
    assert wrong.pop(("service bus", "queues")).startswith("FUSION_SERVICEBUS is neither a host name")
    assert wrong.pop(("cosmos db", "records")).startswith("FUSION_COSMOS is neither an address")
    assert wrong.pop(("blob storage", "access")).startswith("FUSION_BLOBS is neither an address")
    assert wrong.pop(("blob storage", "evidence-anchors")).startswith("FUSION_ANCHOR names no container")
    assert wrong.pop(("key vault", "FUSION_GITHUB_KEY")).startswith("FUSION_GITHUB_KEY refers to no secret")
    assert "cannot be reached" in wrong.pop(("model", "gone"))
    wrong.pop(("identity", "sign-in"), None)  # who that is here, this machine says
    assert wrong == {}
    assert found["model", "near"].standing is Standing.READY
    assert found["evidence", "service"].detail == "0 analyzers of Fusion 1.2; namespaces"
    assert found["scheduler", "fusion"].standing is Standing.READY
    assert found["telemetry", "collector"].standing is Standing.READY
    assert found["github", "app"].standing is Standing.SKIPPED


async def test_nothing_of_azure_is_nothing_to_look_at() -> None:
    with pytest.raises(UserError, match="Nothing of Azure is configured here"):
        await checkup(read({}), {})
