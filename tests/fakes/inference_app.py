"""`fusion-gpu-worker` in a process of its own, as its container runs it, on the emulators of Service Bus and Blob Storage."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.fakes.smollm import NAME, weights

ROOT = Path(__file__).parents[2]


@contextmanager
def container(servicebus: str, blobs: str, *, log: Path) -> Iterator[subprocess.Popen[bytes]]:
    """The worker with SmolLM2 on one thread; its log lines go into a file. At the end it is killed, if it is still there."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("FUSION_", "AZURE_"))}
    path = os.pathsep.join(filter(None, (str(ROOT / "gpu-worker"), kept.get("PYTHONPATH", ""))))
    told = {
        "FUSION_WORKER_ENGINE": "llama",
        "FUSION_WORKER_MODEL": NAME,
        "FUSION_WORKER_WEIGHTS": str(weights()),
        "FUSION_WORKER_CAPACITY": "1",
        "FUSION_WORKER_CONTEXT": "4096",
        "FUSION_WORKER_PORT": "0",
        "FUSION_WORKER_GRACE_SECONDS": "10",
        "FUSION_WORKER_SERVICEBUS": servicebus,
        "FUSION_WORKER_BLOBS": blobs,
    }
    with log.open("wb") as output:
        started = subprocess.Popen(
            [sys.executable, "-m", "gpu_worker"], env=kept | told | {"PYTHONPATH": path}, stdout=output, stderr=output
        )
        try:
            yield started
        finally:
            started.kill()
            started.wait()
