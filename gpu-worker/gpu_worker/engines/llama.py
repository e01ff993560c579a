"""llama.cpp as a child process, on a CPU: continuous batching over slots, a prefix cache, and JSON schemas as grammars.

`python -m gpu_worker.engines.llama SETTINGS` is that process: llama.cpp's own server, from the `xllamacpp` wheel.
"""

from __future__ import annotations

import json
import os
import signal
import sys
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from gpu_worker.engines.child import Launch


@dataclass(frozen=True, slots=True, kw_only=True)
class LlamaSettings:
    """How llama.cpp is run."""

    weights: str
    """A GGUF file."""
    model: str
    """What jobs call it."""
    context: int
    """Tokens of one prompt and its reply together, at most; memory is taken for `capacity` times as many."""
    capacity: int
    """Slots: generations in a batch, at most."""
    threads: int = 1
    """Of one server. Where two contend for a core, both collapse: leave one core to the worker and the queue."""
    cache: int = 512
    """MiB of memory for prompts that no slot holds any longer."""


def launch(settings: LlamaSettings, port: int) -> Launch:
    """How it is started."""
    document = json.dumps({**asdict(settings), "port": port})
    return Launch(
        command=(sys.executable, "-m", "gpu_worker.engines.llama", document),
        address=f"http://127.0.0.1:{port}",
        environment={"OMP_NUM_THREADS": str(settings.threads), "PYTHONPATH": _path()},
    )


def _path() -> str:
    """Where this package is found, also when it is not installed."""
    here = str(Path(__file__).parents[2])
    return os.pathsep.join(filter(None, (here, os.environ.get("PYTHONPATH", ""))))


def parameters(params: Any, settings: LlamaSettings, port: int) -> None:
    """Set llama.cpp's parameters (`xllamacpp.CommonParams`)."""
    params.model.path = settings.weights
    params.model_alias = {settings.model}
    params.hostnames = ["127.0.0.1"]
    params.port = port
    params.offline = True
    params.n_parallel = settings.capacity
    # llama.cpp divides its context among the slots.
    params.n_ctx = settings.context * settings.capacity
    params.kv_unified = False
    params.fit_params = False
    params.cont_batching = True
    params.cache_prompt = True
    params.cache_ram_mib = settings.cache
    # A prompt goes to the slot that shares the most of its beginning, if that is at least a tenth.
    params.slot_prompt_similarity = 0.1
    params.cpuparams.n_threads = settings.threads
    params.cpuparams_batch.n_threads = settings.threads
    params.n_threads_http = settings.capacity + 2
    params.endpoint_metrics = True
    params.endpoint_slots = False
    params.ui = False
    # Our own warm-up generation follows.
    params.warmup = False
    # Errors only: prompts are other people's code and do not belong into a log.
    params.verbosity = 1


def main(document: str) -> int:
    """Serve until a signal comes."""
    import xllamacpp

    read = json.loads(document)
    port = read.pop("port")
    params = xllamacpp.CommonParams()
    parameters(params, LlamaSettings(**read), port)
    # Blocked before the server's threads are made, so that they inherit it and the signal waits for us.
    ends = {signal.SIGTERM, signal.SIGINT}
    signal.pthread_sigmask(signal.SIG_BLOCK, ends)
    server = xllamacpp.Server(params)
    print(f"llama.cpp serves at {server.listening_address}", flush=True)
    signal.sigwait(ends)
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
