"""What the GPU does, by NVML in this process: a replica has one GPU, and only its first container sees it.

Source: NVIDIA Management Library, through the package `nvidia-ml-py` (module `pynvml`).
"""

from __future__ import annotations

import importlib
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from typing import Any, Protocol


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """One look at the accelerator. None: this GPU does not tell it, which is not the same as 0."""

    utilisation: float | None = None
    """Share of the last sampling period in which a kernel ran, 0 to 1."""
    memory_used: int | None = None
    """Bytes."""
    memory_total: int | None = None
    power: float | None = None
    """Watts."""


class Accelerator(Protocol):
    """What the engine calculates on."""

    @property
    def name(self) -> str:
        """`Tesla T4`; `cpu` where there is no GPU."""
        ...

    @property
    def absent(self) -> str:
        """Why there are no readings, one sentence; empty where there are."""
        ...

    @property
    def capability(self) -> tuple[int, int] | None:
        """Compute capability, where it is a GPU that tells."""
        ...

    def read(self) -> Reading:
        """Look at it now. Never raises."""
        ...


class Cpu:
    """No GPU, or none that can be asked."""

    name = "cpu"
    capability = None

    def __init__(self, absent: str) -> None:
        self.absent = absent

    def read(self) -> Reading:
        """Nothing is known."""
        return Reading()


class Gpu:
    """The first GPU that NVML shows."""

    absent = ""

    def __init__(self, library: Any) -> None:
        self._library = library
        self._handle = library.nvmlDeviceGetHandleByIndex(0)
        name = self._ask(lambda: library.nvmlDeviceGetName(self._handle)) or "gpu"
        # Older releases of the package answer with bytes.
        self.name: str = name.decode("utf-8", "replace") if isinstance(name, bytes) else str(name)
        told = self._ask(lambda: library.nvmlDeviceGetCudaComputeCapability(self._handle))
        self.capability: tuple[int, int] | None = (int(told[0]), int(told[1])) if told else None

    def read(self) -> Reading:
        """Look at it now; what this GPU does not support stays None."""
        library, handle = self._library, self._handle
        rates = self._ask(lambda: library.nvmlDeviceGetUtilizationRates(handle))
        memory = self._ask(lambda: library.nvmlDeviceGetMemoryInfo(handle))
        milliwatts = self._ask(lambda: library.nvmlDeviceGetPowerUsage(handle))
        return Reading(
            utilisation=None if rates is None else rates.gpu / 100,
            memory_used=None if memory is None else int(memory.used),
            memory_total=None if memory is None else int(memory.total),
            power=None if milliwatts is None else milliwatts / 1000,
        )

    def _ask(self, question: Callable[[], Any]) -> Any:
        with suppress(self._library.NVMLError):
            return question()
        return None


def accelerator(load: Callable[[str], Any] = importlib.import_module) -> Accelerator:
    """The GPU, or why there is none. `load` imports a module by name."""
    try:
        library = load("pynvml")
    except ImportError:
        return Cpu("The package nvidia-ml-py is not installed, so nothing is known about a GPU.")
    try:
        library.nvmlInit()
        return Gpu(library)
    except library.NVMLError as error:
        return Cpu(f"NVML shows no GPU: {error}.")
