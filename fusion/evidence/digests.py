"""What decides what an analyzer reports, as one digest: for receipts, and for whoever remembers what was reported before."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from functools import lru_cache
from pathlib import Path
from types import MappingProxyType

from fusion.evidence.analyzer import Analyzer
from fusion.evidence.catalogue import RULES
from fusion.evidence.examine import rules_folder


def rules_digest(tool: str, folder: Path, added: Mapping[str, bytes] = MappingProxyType({})) -> str:
    """SHA-256 over everything that decides what the tool reports: its configuration, our tables, what is `added`."""
    return with_added(f"sha256:{_own_digest(tool, folder)}", added)


def rules_of(analyzer: Analyzer) -> str:
    """The same of an analyzer as it is on this host."""
    return rules_digest(analyzer.name, rules_folder(analyzer), getattr(analyzer, "rules_added", {}))


def with_added(ours: str, added: Mapping[str, bytes]) -> str:
    """`rules_digest` with something added, made of the one without."""
    return f"sha256:{_digest({'': ours.removeprefix('sha256:').encode(), **added})}" if added else ours


@lru_cache(maxsize=64)
def _own_digest(tool: str, folder: Path) -> str:
    return _digest(
        {
            **{str(path.relative_to(folder)): path.read_bytes() for path in sorted(folder.rglob("*")) if _decides(path)},
            **{name: at.read_bytes() for name in (f"{tool}.toml", "families.toml") if (at := RULES.joinpath(name)).is_file()},
        }
    )


def _digest(parts: Mapping[str, bytes]) -> str:
    digest = hashlib.sha256()
    for name, data in parts.items():
        digest.update(f"{name}\0{len(data)}\0".encode() + data)
    return digest.hexdigest()


def _decides(path: Path) -> bool:
    """A file of ours, and not what an interpreter left beside it."""
    return path.is_file() and "__pycache__" not in path.parts
