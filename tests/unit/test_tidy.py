"""What a killed process leaves beside journals that are gone."""

from __future__ import annotations

from pathlib import Path

from fusion.engine.journal import kept_away
from fusion.local import tidy


def test_only_what_belongs_to_no_journal_is_deleted(tmp_path: Path) -> None:
    runs = tmp_path / "runs"
    runs.mkdir()
    for name in ("review-1.db", "review-1.db-wal", "review-1.db.lock", "review-2.db.lock", "scan-3.db-wal", "scan-3.db-shm"):
        (runs / name).touch()
    with kept_away(runs / "fix-4.db"):
        tidy(tmp_path)
        assert {path.name for path in runs.iterdir()} == {
            "review-1.db",
            "review-1.db-wal",
            "review-1.db.lock",
            "fix-4.db.lock",
        }
    tidy(tmp_path)
    assert not list(runs.glob("fix-4*"))


def test_a_state_folder_that_is_not_there_yet(tmp_path: Path) -> None:
    tidy(tmp_path / "none")
    assert not list(tmp_path.iterdir())
