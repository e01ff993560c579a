"""`fusion-gpu-worker`: the worker as a container, on Azure Service Bus and Blob Storage.

Exit codes: 0 drained; 1 the engine did not come up or was given up; 2 the environment is wrong.
"""

from __future__ import annotations

import asyncio
import json
import logging
import os
import socket
import sys
from collections.abc import Mapping
from datetime import UTC, datetime

from gpu_worker import running
from gpu_worker.archive import CONTAINER, Archive
from gpu_worker.blob import BlobAnswers, BlobPayloads, Storage
from gpu_worker.drain import Drain, on_signals
from gpu_worker.imds import Watch
from gpu_worker.namespace import Namespace
from gpu_worker.protocols import Happening
from gpu_worker.servicebus import ServiceBusJobs, ServiceBusResults
from gpu_worker.settings import Settings, SettingsError, read

log = logging.getLogger("gpu_worker")


class Lines(logging.Formatter):
    """Log lines as JSON objects, one a line. Neither prompts nor replies are logged anywhere."""

    def format(self, record: logging.LogRecord) -> str:
        """One line."""
        line: dict[str, object] = {
            "at": datetime.fromtimestamp(record.created, UTC).isoformat(),
            "level": record.levelname.lower(),
            "logger": record.name,
            "text": record.getMessage(),
        }
        if record.exc_info:
            line["trace"] = self.formatException(record.exc_info)
        return json.dumps(line, ensure_ascii=False)


def told(happening: Happening) -> None:
    """Log what became of a job."""
    result = happening.result
    numbers = f", {result.ending}, {result.seconds:.1f} s, {result.output_tokens} tokens" if result else ""
    detail = f": {happening.detail}" if happening.detail else ""
    log.log(
        logging.WARNING if happening.kind in ("away", "dead_lettered", "lock_lost") else logging.INFO,
        "job %s: %s%s%s",
        happening.job or "?",
        happening.kind,
        numbers,
        detail,
    )


def settings_of(environment: Mapping[str, str]) -> Settings:
    """The settings, with what a container needs beside. Raises SettingsError."""
    settings = read(environment)
    missing = [
        f"{name} is missing: set it to {what}, or to a connection string."
        for name, value, what in (
            ("FUSION_WORKER_SERVICEBUS", settings.servicebus, "the namespace's host name"),
            ("FUSION_WORKER_BLOBS", settings.blobs, "the account's blob address"),
        )
        if not value
    ]
    if missing:
        raise SettingsError("\n".join(missing))
    return settings


async def serve(settings: Settings) -> str:
    """Work until a drain has ended. Returns "" then, or why there is no engine (any more)."""
    drain = Drain()
    undo = on_signals(drain, within=settings.grace_seconds)
    watch = Watch(drain)
    watching = asyncio.create_task(watch.run()) if settings.spot else None
    try:
        async with Namespace(settings.servicebus) as namespace, Storage(settings.blobs) as storage:
            jobs = ServiceBusJobs(namespace)
            archive = Archive(
                lambda name, data: storage.put(CONTAINER, name, data), worker=settings.name or socket.gethostname()
            )
            try:
                return await running.run(
                    settings,
                    jobs,
                    BlobPayloads(storage),
                    ServiceBusResults(namespace, BlobAnswers(storage)),
                    drain=drain,
                    listen=told,
                    archive=archive,
                    serving=lambda port: log.info("status at http://%s:%d", settings.host, port),
                )
            finally:
                await jobs.close()
    finally:
        if watching is not None:
            watching.cancel()
            await watch.acknowledge()
        undo()


def main() -> int:
    """Run the worker; the host's edge."""
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(Lines())
    logging.basicConfig(level=logging.INFO, handlers=[handler])
    for noisy in ("azure", "httpx"):
        logging.getLogger(noisy).setLevel(logging.WARNING)
    try:
        why = asyncio.run(serve(settings_of(os.environ)))
    except SettingsError as error:
        for sentence in str(error).splitlines():
            print(f"fusion-gpu-worker: {sentence}", file=sys.stderr)
        return 2
    except OSError as error:
        print(f"fusion-gpu-worker: The system refused: {error.strerror or error}.", file=sys.stderr)
        return 1
    if why:
        print(f"fusion-gpu-worker: {why}", file=sys.stderr)
        return 1
    return 0
