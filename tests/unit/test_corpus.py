"""The corpora of the data-flow analysis: twins for every kind, labels for every file, and one part that nobody changes."""

from __future__ import annotations

import csv
import hashlib
from collections import Counter
from pathlib import Path

import pytest

from fusion.dataflow.knowledge.kinds import kinds
from fusion.dataflow.knowledge.schema import Kind

CORPUS = Path(__file__).parents[1] / "corpus"
PARTS = [
    ("dataflow", "python", 8),
    ("dataflow", "javascript", 4),
    ("dataflow-kept", "python", 4),
    ("dataflow-kept", "javascript", 2),
]


def labels(part: str, language: str) -> list[dict[str, str]]:
    with (CORPUS / part / f"{language}.labels.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


@pytest.mark.parametrize("part", sorted(path.name for path in CORPUS.glob("dataflow-kept*") if path.is_dir()))
def test_the_parts_that_are_kept_apart_are_as_they_were_sealed(part: str) -> None:
    """The digest that `tests/corpus/README.md` tells how to make."""
    whole = hashlib.sha256()
    files = [path for path in (CORPUS / part).rglob("*") if path.is_file() and "__pycache__" not in path.parts]
    for path in sorted(files, key=lambda path: path.relative_to(CORPUS).as_posix().encode()):
        digest = hashlib.sha256(path.read_bytes()).hexdigest()
        whole.update(f"{digest}  {path.relative_to(CORPUS).as_posix()}\n".encode())
    assert whole.hexdigest() == (CORPUS / f"{part}.sha256").read_text("ascii").strip()


@pytest.mark.parametrize(("part", "language", "least"), PARTS)
def test_every_kind_has_its_twins(part: str, language: str, least: int) -> None:
    found = Counter((row["kind"], row["vulnerable"]) for row in labels(part, language))
    wanted = [kind for kind in Kind if language == "javascript" or kind is not Kind.PROTOTYPE_POLLUTION]
    assert {kind for kind, _ in found} == {kind.value for kind in wanted}
    for kind in wanted:
        assert found[kind.value, "true"] == found[kind.value, "false"] >= least, kind


@pytest.mark.parametrize(("part", "language", "least"), PARTS)
def test_every_label_is_of_a_file_and_a_kind(part: str, language: str, least: int) -> None:
    for row in labels(part, language):
        assert (CORPUS / part / row["file"]).is_file(), row["file"]
        assert kinds().table[Kind(row["kind"])].cwe == int(row["cwe"]), row["file"]
