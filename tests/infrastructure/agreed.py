"""What the code and its documentation say about the resources that they work with."""

from __future__ import annotations

import inspect
import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path
from typing import Any

import typer.main

from fusion import functions, settings
from fusion.adapters.azure import blobs, cosmos
from fusion.adapters.servicebus.queue import QUEUES
from fusion.adapters.servicebus.queues import QUEUES as JOBS
from fusion.adapters.servicebus.queues import InferenceQueue
from fusion.cli import registered
from gpu_worker import archive, blob
from gpu_worker import settings as worker

ROOT = Path(__file__).parents[2]
_ROW = re.compile(r"^ *\| `(\w+)` \| `(\w+)`( or more)? \|", re.MULTILINE)

LEFT_OUT: Mapping[str, str] = {
    "FUSION_HOME": "nothing is kept on a host's own disk",
    "FUSION_EVIDENCE": "`auto` is right beside identities",
    "FUSION_PARALLEL": "the number of cores says it",
    "FUSION_GITHUB_API": "for GitHub Enterprise Server alone",
    "FUSION_KNOWLEDGE": "folders of the operator's own",
    "FUSION_ADVISORIES": "a copy that the operator keeps",
    "FUSION_API_TOKEN": "nobody may grant exceptions over HTTP until somebody decides so",
    "FUSION_QUOTA": "the default is meant",
    "FUSION_RETENTION": "the default is meant",
    "FUSION_SCANS": "the default is meant",
    "FUSION_EVIDENCE_PASSPHRASE": "the key lies in Key Vault",
    "FUSION_TSA_ROOT": "anchors lie in the container that cannot be changed",
    "FUSION_EVIDENCE_TOKEN": "Entra ID signs in at the pool of sessions",
    "FUSION_TELEMETRY_CONTENT": "content is recorded only by those who ask for it",
    "OTEL_EXPORTER_OTLP_ENDPOINT": "traces go to Application Insights",
    "OTEL_EXPORTER_OTLP_HEADERS": "traces go to Application Insights",
    "GITHUB_TOKEN": "the command line's",
}
"""Settings that no host of ours on Azure is given, with the reason. They can be, as further settings."""

OF_THE_PLATFORM = re.compile(
    r"AzureWebJobsStorage(__(accountName|credential|clientId|blobServiceUri|queueServiceUri|tableServiceUri))?"
    r"|AZURE_(CLIENT_ID|TENANT_ID)|FUNCTIONS_\w+|WEBSITE_\w+|SCM_\w+|ENABLE_ORYX_BUILD|PYTHON_\w+|OTEL_\w+"
)
"""Names that the Functions host, App Service or an SDK reads."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Agreed:
    """What the templates have to agree with."""

    queues: Mapping[str, Mapping[str, tuple[str, bool]]]
    """Name -> property -> its value, and whether more is as good."""
    jobs: frozenset[str]
    """Queues that the worker takes jobs from."""
    database: str
    container: str
    partition_key: tuple[str, ...]
    indexing: Mapping[str, Any]
    blobs: frozenset[str]
    """Containers of contents, answers and figures."""
    settings: frozenset[str]
    required: frozenset[str]
    """What a cloud host does not start without."""
    left_out: Mapping[str, str]
    worker: frozenset[str]
    connection: str
    """The prefix of the settings with which the triggers connect."""
    hub: str
    prefix: str
    """Of the routes."""
    entrypoint: tuple[str, ...]
    """Of the image of the hosts."""
    commands: Mapping[str, frozenset[str]]
    """Of the command line, with the options of each."""
    evidence_port: int
    """On which the image of the analyzers listens."""
    evidence_options: frozenset[str]
    """That it can be started with."""
    secrets: frozenset[str]
    """Names under which our pages have secrets put into Key Vault."""

    def but(self, **changes: Any) -> Agreed:
        """The same with changes."""
        return replace(self, **changes)


@cache
def ours() -> Agreed:
    """What this repository says."""
    page = (ROOT / "docs/azure.md").read_text(encoding="utf-8")
    tables = re.split(r"\n\s*\n", page)
    host = json.loads((ROOT / "host.json").read_text(encoding="utf-8"))["extensions"]
    kinds = [table for table in tables if "`requiresSession`" in table]
    of_events, of_jobs = (_rows(next(table for table in kinds if value in table)) for value in ("| `true`", "`false` | jobs"))
    store = inspect.signature(cosmos.CosmosStore.__init__).parameters
    contents = inspect.signature(blobs.AzureBlobs.__init__).parameters["container"].default
    answers = inspect.signature(blob.BlobAnswers.__init__).parameters["container"].default
    service = (ROOT / "fusion/evidence/service/__main__.py").read_text(encoding="utf-8")
    return Agreed(
        queues={**dict.fromkeys(QUEUES.values(), of_events), **dict.fromkeys(JOBS.values(), of_jobs)},
        jobs=frozenset(name for queue, name in JOBS.items() if queue is not InferenceQueue.RESULTS),
        database=store["database"].default,
        container=store["container"].default,
        partition_key=tuple(cosmos.CONTAINER["partition_key"]),
        indexing=cosmos.CONTAINER["indexing"],
        blobs=frozenset({contents, answers, archive.CONTAINER}),
        settings=frozenset(settings.ENVIRONMENT),
        required=frozenset({"FUSION_TENANT", "FUSION_COSMOS", "FUSION_BLOBS", "FUSION_EVIDENCE_KEY", "FUSION_ANCHOR"}),
        left_out=LEFT_OUT,
        worker=frozenset(worker.DEFAULTS),
        connection=functions.CONNECTION,
        hub=host["durableTask"]["hubName"],
        prefix=host["http"]["routePrefix"],
        entrypoint=tuple(json.loads(_said("Dockerfile", r"^ENTRYPOINT (\[.*\])"))),
        commands=dict(_commands(typer.main.get_command(registered()), "fusion")),
        evidence_port=int(_said("Dockerfile.evidence", r"^EXPOSE (\d+)")),
        evidence_options=frozenset(re.findall(r'add_argument\(\s*"(--[\w-]+)"', service)),
        secrets=_secrets(),
    )


def _secrets() -> frozenset[str]:
    """Names that our pages have somebody put into the vault."""
    pages = [ROOT / "docs/azure.md", ROOT / "docs/deploy.md", ROOT / "bicep/README.md"]
    said = "\n".join(page.read_text(encoding="utf-8") for page in pages if page.exists())
    return frozenset(re.findall(r"(?:--name |`)(fusion-[a-z-]+)", said))


def _said(name: str, pattern: str) -> str:
    found = re.search(pattern, (ROOT / name).read_text(encoding="utf-8"), re.MULTILINE)
    assert found, name
    return found[1]


def _commands(command: Any, path: str) -> Iterator[tuple[str, frozenset[str]]]:
    """Every command of the command line with its options, groups spelled out."""
    for name, child in getattr(command, "commands", {}).items():
        yield from _commands(child, f"{path} {name}")
    yield path, frozenset(option for param in command.params for option in param.opts)


def _rows(table: str) -> dict[str, tuple[str, bool]]:
    return {name: (value, bool(more)) for name, value, more in _ROW.findall(table)}
