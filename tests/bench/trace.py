"""One delivery's trace, exported over OTLP to a collector on this machine, across a process that was killed half way."""

from __future__ import annotations

import tempfile
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from tests.fakes.collector import tree
from tests.load.traced import across_a_restart


def measures() -> Iterable[dict[str, Any]]:
    """The number of spans, and as a note the tree."""
    with tempfile.TemporaryDirectory(prefix="fusion-bench-") as folder, across_a_restart(Path(folder)) as seen:
        first = sum(span.id in seen.before for span in seen.spans)
        yield {
            "name": "webhook to posted review, the process killed in between: spans of the one trace",
            "value": len(seen.spans),
            "unit": f"spans, {first} from the first process",
            "note": f"\n{tree(seen.spans, timed=True)}",
        }
