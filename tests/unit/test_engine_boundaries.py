"""What the engine may import, and what importing it costs."""

from __future__ import annotations

import ast
import subprocess
import sys
from pathlib import Path

import pytest

import fusion.engine

FOLDER = Path(fusion.engine.__file__).parent
PRIVATE = {"executor.py", "wire.py"}


def imports(path: Path) -> set[str]:
    names: set[str] = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            names |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            names.add(node.module)
    return names


@pytest.mark.parametrize("path", sorted(FOLDER.glob("*.py")), ids=lambda path: path.name)
def test_only_two_modules_know_durabletask(path: Path) -> None:
    known = {name for name in imports(path) if name.split(".")[0] in {"durabletask", "grpc"}}
    assert path.name in PRIVATE or not known


def test_the_wire_is_all_that_one_of_them_knows() -> None:
    known = {name for name in imports(FOLDER / "wire.py") if name.startswith("durabletask")}
    assert known == {"durabletask.internal.orchestrator_service_pb2"}


def test_importing_the_engine_is_cheap() -> None:
    heavy = ["durabletask.worker", "grpc", "pydantic", "opentelemetry", "fusion.engine.executor", "google.protobuf.json_format"]
    script = f"import sys, fusion.engine; print([name for name in {heavy} if name in sys.modules])"
    found = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True).stdout
    assert found.strip() == "[]"
