"""The working corpus of the data flow is judged as last time: a change of the analysis shows what it judges otherwise.

`misjudged.txt` lists what it is wrong about. A line that is no longer true is good news: take it out. A new one needs a reason.
"""

from __future__ import annotations

from pathlib import Path

import pytest

from fusion.dataflow.repository.tree import language
from fusion.evaluation import analysis, labels, score

CORPUS = Path(__file__).parents[1] / "corpus" / "dataflow"
PARTS = sorted(path.name for path in CORPUS.iterdir() if path.is_dir())


def misjudged(part: str) -> list[str]:
    paths = labels.walk(CORPUS)
    given = [label for label in labels.found(CORPUS, paths) if label.path.startswith(f"{part}/")]
    targets = sorted({label.path for label in given})
    assert all(language(path) for path in targets)
    found = score.score(given, analysis.run(CORPUS, paths, targets))
    assert not found.unread
    wrong = [f"{label.path} {label.kind}: missed" for label in found.false_negatives]
    return sorted(wrong + [f"{label.path} {label.kind}: false alarm" for label in found.false_positives])


@pytest.mark.parametrize("part", PARTS)
def test_programs_are_judged_as_before(part: str) -> None:
    lines = (CORPUS / "misjudged.txt").read_text(encoding="utf-8").splitlines()
    assert misjudged(part) == [line for line in lines if line.startswith(f"{part}/")]
