"""The corpora that are kept apart are as they were when they were sealed, and every case in them has its label."""

from __future__ import annotations

import csv
import hashlib
from pathlib import Path

import pytest

CORPUS = Path(__file__).parents[1] / "corpus"
SEALED = sorted(file.stem for file in CORPUS.glob("*.sha256"))


@pytest.mark.parametrize("name", SEALED)
def test_what_is_kept_apart_was_not_changed(name: str) -> None:
    files = sorted(path.relative_to(CORPUS).as_posix() for path in (CORPUS / name).rglob("*") if path.is_file())
    lines = [
        f"{hashlib.sha256((CORPUS / file).read_bytes()).hexdigest()}  {file}\n" for file in files if "__pycache__" not in file
    ]
    digest = hashlib.sha256("".join(lines).encode()).hexdigest()
    assert digest == (CORPUS / f"{name}.sha256").read_text().strip()


@pytest.mark.parametrize("name", SEALED)
def test_twins_are_labelled_in_pairs(name: str) -> None:
    for labels in (CORPUS / name).rglob("*labels.csv"):
        rows = list(csv.DictReader(labels.read_text(encoding="utf-8").splitlines()))
        kinds = {row["kind"] for row in rows}
        weak = {kind: sum(row["kind"] == kind and row["vulnerable"] == "true" for row in rows) for kind in kinds}
        assert weak == {kind: sum(row["kind"] == kind and row["vulnerable"] == "false" for row in rows) for kind in kinds}
        assert all((labels.parent / row["file"]).is_file() for row in rows)
