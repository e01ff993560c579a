"""The worker's settings, from its environment. `docs/worker.md` has the table; a test holds the two together."""

from __future__ import annotations

import ipaddress
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

ENGINES = ("llama", "vllm", "external")

DEFAULTS: Mapping[str, str] = {
    "FUSION_WORKER_ENGINE": "llama",
    "FUSION_WORKER_MODEL": "",
    "FUSION_WORKER_WEIGHTS": "",
    "FUSION_WORKER_ADDRESS": "",
    "FUSION_WORKER_KEY": "",
    "FUSION_WORKER_CAPACITY": "",
    "FUSION_WORKER_CONTEXT": "8192",
    "FUSION_WORKER_THREADS": "1",
    "FUSION_WORKER_GPU_MEMORY": "0.9",
    "FUSION_WORKER_QUANTIZATION": "",
    "FUSION_WORKER_STARTUP_SECONDS": "600",
    "FUSION_WORKER_GRACE_SECONDS": "25",
    "FUSION_WORKER_SPOT": "no",
    "FUSION_WORKER_HOST": "127.0.0.1",
    "FUSION_WORKER_PORT": "9100",
    "FUSION_WORKER_SAMPLES": "",
    "FUSION_WORKER_SAMPLE_SECONDS": "10",
    "FUSION_WORKER_GPU_HOUR": "0",
    "FUSION_WORKER_CURRENCY": "USD",
    "FUSION_WORKER_NAME": "",
    "FUSION_WORKER_SERVICEBUS": "",
    "FUSION_WORKER_BLOBS": "",
}
"""Every setting of the worker, with what holds where it is not set."""

CAPACITY = {"llama": 4, "vllm": 16, "external": 4}
"""Generations at the same time, where nothing is set."""


class SettingsError(ValueError):
    """The environment is wrong; the message says in a sentence each what to set."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """What the worker was told."""

    engine: str
    model: str
    """What jobs call the model."""
    weights: str = ""
    address: str = ""
    """Of an engine that is there already; on this machine."""
    key: str = ""
    capacity: int = 4
    context: int = 8192
    threads: int = 1
    gpu_memory: float = 0.9
    quantization: str = ""
    startup_seconds: float = 600.0
    grace_seconds: float = 25.0
    """From SIGTERM to the end; less than the host's own, which kills."""
    spot: bool = False
    """Whether to listen for the eviction of this virtual machine."""
    host: str = "127.0.0.1"
    port: int = 9100
    samples: Path | None = None
    sample_seconds: float = 10.0
    gpu_hour: float = 0.0
    """Price of an hour of the accelerator."""
    currency: str = "USD"
    name: str = ""
    servicebus: str = ""
    blobs: str = ""


def read(environment: Mapping[str, str]) -> Settings:
    """The settings. Raises SettingsError with everything that is wrong, a sentence each."""
    mistakes = [f"{name} is no setting of the worker." for name in environment if _ours(name) and name not in DEFAULTS]
    found = {name: environment.get(name, "").strip() or default for name, default in DEFAULTS.items()}

    def number(name: str, least: float, most: float) -> float:
        try:
            value = float(found[name])
        except ValueError:
            value = float("nan")
        if least <= value <= most:
            return value
        mistakes.append(f"{name} takes a number from {least:g} to {most:g}, not {found[name]!r}.")
        return least

    engine = found["FUSION_WORKER_ENGINE"]
    if engine not in ENGINES:
        mistakes.append(f"FUSION_WORKER_ENGINE takes {', '.join(ENGINES)}, not {engine!r}.")
    weights, address = found["FUSION_WORKER_WEIGHTS"], found["FUSION_WORKER_ADDRESS"]
    if not found["FUSION_WORKER_MODEL"]:
        mistakes.append("FUSION_WORKER_MODEL is missing: set the name by which jobs ask for the model.")
    if engine == "external" and not on_this_machine(address):
        mistakes.append(f"FUSION_WORKER_ADDRESS takes http:// and a loopback address with its port, not {address!r}.")
    if engine in ("llama", "vllm"):
        kind = "GGUF file" if engine == "llama" else "folder of weights"
        if not weights:
            mistakes.append(f"FUSION_WORKER_WEIGHTS is missing: set it to the {kind}.")
        elif not (Path(weights).is_file() if engine == "llama" else Path(weights).is_dir()):
            mistakes.append(f"FUSION_WORKER_WEIGHTS: there is no {kind} at {weights}.")
    if found["FUSION_WORKER_SPOT"] not in ("yes", "no"):
        mistakes.append(f"FUSION_WORKER_SPOT takes yes or no, not {found['FUSION_WORKER_SPOT']!r}.")
    found["FUSION_WORKER_CAPACITY"] = found["FUSION_WORKER_CAPACITY"] or str(CAPACITY.get(engine, 1))
    settings = Settings(
        engine=engine,
        model=found["FUSION_WORKER_MODEL"],
        weights=weights,
        address=address,
        key=found["FUSION_WORKER_KEY"],
        capacity=int(number("FUSION_WORKER_CAPACITY", 1, 512)),
        context=int(number("FUSION_WORKER_CONTEXT", 512, 1 << 20)),
        threads=int(number("FUSION_WORKER_THREADS", 1, 256)),
        gpu_memory=number("FUSION_WORKER_GPU_MEMORY", 0.1, 1.0),
        quantization=found["FUSION_WORKER_QUANTIZATION"],
        startup_seconds=number("FUSION_WORKER_STARTUP_SECONDS", 1, 7200),
        grace_seconds=number("FUSION_WORKER_GRACE_SECONDS", 1, 3600),
        spot=found["FUSION_WORKER_SPOT"] == "yes",
        host=found["FUSION_WORKER_HOST"],
        port=int(number("FUSION_WORKER_PORT", 0, 65535)),
        samples=Path(found["FUSION_WORKER_SAMPLES"]) if found["FUSION_WORKER_SAMPLES"] else None,
        sample_seconds=number("FUSION_WORKER_SAMPLE_SECONDS", 0.1, 3600),
        gpu_hour=number("FUSION_WORKER_GPU_HOUR", 0, 10_000),
        currency=found["FUSION_WORKER_CURRENCY"],
        name=found["FUSION_WORKER_NAME"],
        servicebus=found["FUSION_WORKER_SERVICEBUS"],
        blobs=found["FUSION_WORKER_BLOBS"],
    )
    if mistakes:
        raise SettingsError("\n".join(mistakes))
    return settings


def on_this_machine(address: str) -> bool:
    """Whether an address is `http://`, a loopback host and a port: what goes there does not leave the machine."""
    try:
        parts = urlsplit(address)
        if parts.scheme != "http" or parts.port is None or not parts.hostname or parts.username is not None:
            return False
        return parts.hostname == "localhost" or ipaddress.ip_address(parts.hostname).is_loopback
    except ValueError:
        return False


def _ours(name: str) -> bool:
    return name.startswith("FUSION_WORKER_")
