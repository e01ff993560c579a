"""What every start pays for: nothing that asks models is loaded before a model is asked."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
HEAVY = ("semantic_kernel", "openai", "azure.ai", "azure.identity", "agents.kernel", "numpy", "httpx2")
WEBHOOKS = "import fusion.serve.process, fusion.serve.web, fusion.serve.intake, fusion.functions, fusion.runtime, fusion.local"
HELP = (
    "from typer.testing import CliRunner; from fusion.cli import app; assert CliRunner().invoke(app, ['--help']).exit_code == 0"
)


def loaded(code: str) -> list[str]:
    code = f"import sys; {code}; print(*sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True)
    return [name for name in done.stdout.split() for heavy in HEAVY if name == heavy or name.startswith(f"{heavy}.")]


@pytest.mark.parametrize("code", [HELP, WEBHOOKS], ids=["help", "webhooks"])
def test_nothing_that_asks_models_is_loaded(code: str) -> None:
    assert loaded(code) == []


@pytest.mark.azure
def test_nor_by_the_functions_app() -> None:
    pytest.importorskip("azure.functions")
    assert loaded("import function_app") == []
    # Nor where there are models to ask: they are opened when the first prompt has to go out.
    example = ROOT / "examples" / "models.toml"
    environment = {
        "FUSION_MODELS": str(example),
        "FUSION_BLOBS": "https://account.blob.core.windows.net",
        "FUSION_SERVICEBUS__fullyQualifiedNamespace": "namespace.servicebus.windows.net",
    }
    said = f"import os; os.environ.update({environment!r}); import function_app; assert function_app.functions.results"
    assert loaded(said) == []
