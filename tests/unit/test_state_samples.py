"""State that earlier releases wrote: every sample opens, is migrated, reads as it did then, and takes new records.

`tests/samples/state/VERSION/NAME.db` is a file of that release, and `NAME.json` beside it what it holds. A release adds its
own.
"""

from __future__ import annotations

import json
import shutil
import sqlite3
from collections.abc import Awaitable, Callable, Mapping
from pathlib import Path
from typing import Any

import pytest

import fusion
from fusion.adapters.sqlite.store import MIGRATIONS, SqliteStore
from fusion.judging.ledger import Ledger
from fusion.ports import Key
from fusion.runs import Run

FOLDER = Path(__file__).parents[1] / "samples" / "state"
SAMPLES = sorted(FOLDER.glob("*/*.db"))
PARTS = ("tenant", "scope", "kind", "id")


async def records(path: Path) -> list[dict[str, Any]]:
    """Every record of the sample's tenants; and that the file takes a new one."""
    found = []
    with SqliteStore(path) as store:
        for tenant in ("local", "other"):
            async for stored in store.walk(tenant=tenant):
                if stored.key.kind == "run":
                    assert Run.model_validate(stored.value).id == stored.key.id
                if stored.key.kind == "ledger":
                    Ledger.model_validate(stored.value["ledger"])
                key = {part: getattr(stored.key, part) for part in PARTS}
                found.append({**key, "value": stored.value, "etag": stored.etag, "updated": stored.updated.isoformat()})
        new = Key(tenant="local", scope="s", kind="run", id="new")
        etag = await store.put(new, {"n": 1}, etag=None)
        assert int(etag) > max(int(record["etag"]) for record in found)
    connection = sqlite3.connect(path)
    assert connection.execute("PRAGMA user_version").fetchone() == (len(MIGRATIONS),)
    connection.close()
    return found


READERS: Mapping[str, Callable[[Path], Awaitable[Any]]] = {"state.db": records}
"""How the files of each name are opened and read."""


@pytest.mark.parametrize("sample", SAMPLES, ids=lambda path: f"{path.parent.name}/{path.name}")
async def test_what_an_earlier_release_wrote_reads_the_same(sample: Path, tmp_path: Path) -> None:
    copy = tmp_path / sample.name
    shutil.copy(sample, copy)
    assert await READERS[sample.name](copy) == json.loads(sample.with_suffix(".json").read_text(encoding="utf-8"))


def test_this_version_has_a_sample_of_its_own() -> None:
    assert (FOLDER / fusion.__version__ / "state.db").exists()
