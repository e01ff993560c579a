"""The files of the repository that are made of the lists; `tools/telemetry` writes them, and a test compares."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from pathlib import Path
from types import MappingProxyType
from typing import Any

from fusion.telemetry.dashboards import grafana, kql, page, promql

ROOT = Path(__file__).parents[3]
PAGE = ROOT / "docs" / "observability.md"


def _json(value: dict[str, Any]) -> str:
    return json.dumps(value, indent=2, ensure_ascii=False) + "\n"


FILES: Mapping[Path, Callable[[], str]] = MappingProxyType(
    {
        ROOT / "bicep" / "generated" / "workbook.json": lambda: _json(kql.workbook()),
        ROOT / "bicep" / "generated" / "alerts.json": lambda: _json(kql.alerts()),
        ROOT / "docs" / "dashboards" / "grafana.json": lambda: _json(grafana.dashboard()),
        ROOT / "docs" / "dashboards" / "rules.yml": promql.rules,
        PAGE: lambda: page.written(PAGE.read_text("utf-8")),
    }
)
"""Each file, and what makes it."""
