"""vLLM as a child process: continuous batching, prefix caching and guided decoding on a GPU.

Flags: `vllm serve --help` of vLLM 0.33. Weights are a folder that is mounted; nothing is downloaded.
"""

from __future__ import annotations

from dataclasses import dataclass

from gpu_worker.engines.child import Launch

AMPERE = (8, 0)
"""From this compute capability on a GPU calculates in bfloat16; a T4 has 7.5 and needs half precision."""


@dataclass(frozen=True, slots=True, kw_only=True)
class VllmSettings:
    """How vLLM is run."""

    weights: str
    """Folder of the model's weights."""
    model: str
    """What jobs call it."""
    context: int
    """Tokens of prompt and reply together, at most."""
    capacity: int
    """Sequences in a batch, at most."""
    memory: float = 0.9
    """Share of the GPU's memory that it takes."""
    capability: tuple[int, int] | None = None
    """Compute capability of the GPU; None: NVML does not say, and vLLM chooses the precision."""
    quantization: str = ""
    """`awq`, `gptq` and the like; empty: as the weights say."""
    shutdown: int = 25
    """Seconds that requests in flight get after SIGTERM; without it vLLM aborts them."""


def arguments(settings: VllmSettings, port: int) -> tuple[str, ...]:
    """The command line of vLLM."""
    command = [
        *("vllm", "serve", settings.weights),
        *("--served-model-name", settings.model),
        *("--host", "127.0.0.1", "--port", str(port)),
        *("--max-model-len", str(settings.context)),
        *("--max-num-seqs", str(settings.capacity)),
        *("--gpu-memory-utilization", f"{settings.memory:g}"),
        *("--shutdown-timeout", str(settings.shutdown)),
        "--enable-prefix-caching",
        # Without it the usage does not tell the cached tokens.
        "--enable-prompt-tokens-details",
        # Prompts are other people's code: they do not belong into a log.
        *("--no-enable-log-requests", "--disable-uvicorn-access-log", "--disable-fastapi-docs"),
    ]
    if settings.capability is not None and settings.capability < AMPERE:
        command += ["--dtype", "half"]
    if settings.quantization:
        command += ["--quantization", settings.quantization]
    return tuple(command)


def launch(settings: VllmSettings, port: int) -> Launch:
    """How it is started: offline, and telling nobody that it runs."""
    return Launch(
        command=arguments(settings, port),
        address=f"http://127.0.0.1:{port}",
        environment={"HF_HUB_OFFLINE": "1", "TRANSFORMERS_OFFLINE": "1", "VLLM_NO_USAGE_STATS": "1", "DO_NOT_TRACK": "1"},
    )
