"""The file list is the architecture: who may import whom, how large a module may grow. Read with the AST; nothing is run."""

from __future__ import annotations

import ast
from functools import cache
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
SOURCES = sorted(
    [*ROOT.glob("fusion/**/*.py"), *ROOT.glob("agents/**/*.py"), *ROOT.glob("orchestrations/*.py"), ROOT / "function_app.py"]
)
LIMIT = 400

HOSTS = (
    *("fusion.engine", "fusion.cli", "fusion.serve", "fusion.demo", "fusion.local", "fusion.__main__"),
    *("fusion.scheduler", "fusion.functions", "function_app"),
)
ADAPTERS = ("fusion.adapters", "agents.kernel")
LAYERS = (
    ("fusion.model", "fusion.errors"),
    ("fusion",),  # everything else of the kernel
    ("agents",),
    ("orchestrations",),
    ("fusion.runtime",),
    HOSTS,
)


def module(path: Path) -> str:
    name = ".".join(path.relative_to(ROOT).with_suffix("").parts)
    return name.removesuffix(".__init__")


@cache
def imports(path: Path) -> frozenset[str]:
    """Every module imported anywhere in the file, also lazily; only for types counts too."""
    found: set[str] = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            found.add(node.module)
            found |= {f"{node.module}.{alias.name}" for alias in node.names}
    return frozenset(found)


def under(name: str, *packages: str) -> bool:
    return any(name == package or name.startswith(package + ".") for package in packages)


def layer(name: str) -> int:
    """The highest-numbered layer whose packages hold the module; hosts and runtime before the kernel that surrounds them."""
    for number in (5, 4, 3, 2, 0, 1):
        if under(name, *LAYERS[number]):
            return number
    raise AssertionError(name)


def is_adapter(name: str) -> bool:
    return under(name, *ADAPTERS)


def may(name: str, other: str) -> bool:
    """Whether a module may import another."""
    if not under(other, "fusion", "agents", "orchestrations") or other == "fusion.__version__":
        return True
    if is_adapter(name):
        vendor_free = ("fusion.model", "fusion.errors", "fusion.ports", "fusion.changes")
        return other == "fusion" or under(other, *vendor_free) or is_adapter(other)
    if is_adapter(other):
        return under(name, "fusion.runtime")
    return other in ("fusion", "agents", "orchestrations") or layer(other) <= layer(name)


def test_imports_point_downwards_and_only_the_runtime_composes_adapters() -> None:
    pairs = [(module(path), other) for path in SOURCES for other in imports(path)]
    assert len(pairs) > 1000
    assert [f"{name} imports {other}" for name, other in pairs if not may(name, other)] == []


@pytest.mark.parametrize(
    ("room", "known"),
    [
        ("ir", ("ir",)),
        ("frontends", ("ir", "frontends")),
        ("patterns", ("patterns", "contexts.limits")),
        ("contexts", ("contexts", "patterns", "knowledge.schema")),
        ("knowledge", ("knowledge", "contexts", "patterns")),
        ("fixes", ("fixes", "ir", "results")),
        ("repository", ("repository", "ir", "frontends", "knowledge")),
        ("solver/domain", ("solver.domain", "ir", "contexts.limits")),
    ],
)
def test_the_data_flow_is_built_from_below(room: str, known: tuple[str, ...]) -> None:
    allowed = [f"fusion.dataflow.{name}" for name in known]
    for path in (ROOT / "fusion" / "dataflow" / room).glob("**/*.py"):
        others = {other for other in imports(path) if under(other, "fusion.dataflow") and other != "fusion.dataflow"}
        assert {other for other in others if not under(other, *allowed)} == set(), module(path)


def test_azure_stays_at_the_edge() -> None:
    importers = {module(path) for path in SOURCES if any(under(other, "azure", "semantic_kernel") for other in imports(path))}
    assert {name for name in importers if name != "function_app" and not is_adapter(name)} == set()


def test_semantic_kernel_has_one_importer() -> None:
    importers = {module(path) for path in SOURCES if any(under(other, "semantic_kernel") for other in imports(path))}
    assert importers <= {"agents.kernel"}


WORKER = sorted((ROOT / "gpu-worker" / "gpu_worker").glob("**/*.py"))


def test_the_worker_is_a_deployable_of_its_own() -> None:
    ours = ("fusion", "agents", "orchestrations", "tests")
    assert WORKER
    assert [(path.stem, other) for path in WORKER for other in imports(path) if under(other, *ours)] == []


def test_only_the_worker_command_knows_the_worker() -> None:
    importers = {module(path) for path in SOURCES if any(under(other, "gpu_worker") for other in imports(path))}
    assert importers == {"fusion.cli.worker"}


@pytest.mark.parametrize("package", ["agents", "orchestrations"])
def test_package_files_are_docstrings(package: str) -> None:
    body = ast.parse((ROOT / package / "__init__.py").read_text(encoding="utf-8")).body
    assert len(body) == 1
    assert isinstance(body[0], ast.Expr)


def test_modules_stay_small() -> None:
    sizes = {str(path): len(path.read_text(encoding="utf-8").splitlines()) for path in (*SOURCES, *WORKER)}
    assert {path: size for path, size in sizes.items() if size > LIMIT} == {}


def test_names_are_nouns_of_the_domain() -> None:
    empty = {"utils", "helpers", "base", "manager", "common", "misc"}
    assert [module(path) for path in SOURCES if empty & {*module(path).split(".")}] == []


def test_activities_stay_short() -> None:
    methods = [
        node
        for name in ("activities", "team", "thinking", "ways")
        for node in ast.walk(ast.parse((ROOT / "orchestrations" / f"{name}.py").read_text(encoding="utf-8")))
        if isinstance(node, ast.AsyncFunctionDef) and not node.name.startswith("_")
    ]
    assert len(methods) >= 19
    assert {node.name: node.end_lineno - node.lineno for node in methods if node.end_lineno - node.lineno > 26} == {}
