"""The labelled changes in examples/evaluation: that they parse, that labels stand in what changed, that they are varied."""

from __future__ import annotations

import ast
import difflib
import itertools
import json
import re
from collections import Counter
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest
import tree_sitter
import tree_sitter_bash
import tree_sitter_c
import tree_sitter_go
import tree_sitter_java
import tree_sitter_javascript
import tree_sitter_rust
import tree_sitter_typescript
import yaml

from fusion.evaluation.kinds import kinds
from fusion.evaluation.samples import Sample, read

ROOT = Path(__file__).parents[2] / "examples" / "evaluation"
SAMPLES = read(ROOT)
ABSENT = {"security:secret"}
"""Kinds without a change: what looks like a secret would set off the scanners of whoever clones this repository."""
UNPARSED = {".md", ".sql", ".conf", ".html", ".mod"}
"""Documents, and languages without a grammar among our dependencies."""
GRAMMARS = {
    ".c": tree_sitter_c.language,
    ".h": tree_sitter_c.language,
    ".go": tree_sitter_go.language,
    ".java": tree_sitter_java.language,
    ".js": tree_sitter_javascript.language,
    ".rs": tree_sitter_rust.language,
    ".sh": tree_sitter_bash.language,
    ".ts": tree_sitter_typescript.language_typescript,
}


@cache
def _parser(suffix: str) -> tree_sitter.Parser:
    return tree_sitter.Parser(tree_sitter.Language(GRAMMARS[suffix]()))


def _parses(path: str, text: str) -> bool:
    suffix = Path(path).suffix
    if suffix in GRAMMARS:
        return not _parser(suffix).parse(text.encode()).root_node.has_error
    try:
        if suffix == ".py":
            ast.parse(text)
        elif suffix == ".json":
            json.loads(text)
        elif suffix in (".yml", ".yaml"):
            yaml.safe_load(text)
        else:
            return suffix in UNPARSED
    except (SyntaxError, ValueError, yaml.YAMLError):
        return False
    return True


def _changes(sample: Sample) -> Iterator[tuple[str, list[str], list[str], range]]:
    """Each changed place: path, the lines that go, those that come, and where these stand at head, from 1."""
    for path, text in (sample.head or {}).items():
        old, new = (sample.base or {}).get(path, "").splitlines(), text.splitlines()
        for tag, i1, i2, j1, j2 in difflib.SequenceMatcher(None, old, new, autojunk=False).get_opcodes():
            if tag != "equal":
                yield path, old[i1:i2], new[j1:j2], range(j1 + 1, j2 + 1)


def _words(sample: Sample) -> frozenset[str]:
    """The changed lines without their blanks; lines that say little, such as a bracket, do not count."""
    lines = (re.sub(r"\s+", "", line) for _, old, new, _ in _changes(sample) for line in old + new)
    return frozenset(line for line in lines if len(line) > 8)


def test_there_are_enough_of_both():
    clean = [sample for sample in SAMPLES if sample.is_clean]
    assert len(SAMPLES) - len(clean) >= 40
    assert len(clean) >= 20
    assert all(sample.id.startswith("clean/") == sample.is_clean for sample in SAMPLES)


def test_every_kind_and_the_languages_are_spread():
    labels = Counter(gold.kind for sample in SAMPLES for gold in sample.gold)
    assert set(labels) == set(kinds()) - ABSENT
    assert max(labels.values()) <= sum(labels.values()) / 5, "no kind makes up more than a fifth"
    for samples in ([s for s in SAMPLES if s.is_clean], [s for s in SAMPLES if not s.is_clean]):
        languages = Counter(sample.language for sample in samples)
        assert set(languages) == {"python", "typescript", "javascript", "go", "java", "rust", "c", "sql", "yaml"}
        assert 0.4 <= languages["python"] / len(samples) <= 0.6


@pytest.mark.parametrize("sample", SAMPLES, ids=lambda sample: sample.id)
def test_a_change_is_small_and_parses(sample: Sample):
    before, after = sample.base or {}, sample.at_head
    assert 2 <= len(before) <= 6
    assert 15 <= sum(len(old) + len(new) for _, old, new, _ in _changes(sample)) <= 120
    broken = [path for files in (before, after) for path, text in files.items() if not _parses(path, text)]
    assert broken == []


@pytest.mark.parametrize("sample", [s for s in SAMPLES if s.gold], ids=lambda sample: sample.id)
def test_labels_stand_in_what_changed(sample: Sample):
    changed = {(path, line) for path, _, _, lines in _changes(sample) for line in lines}
    assert len(sample.gold) <= 2
    for gold in sample.gold:
        lines = range(gold.line, gold.end_line + 1)
        near = {(gold.path, line) for line in range(gold.line - 3, gold.end_line + 4)}
        assert gold.quote, "a quote shows when lines have moved"
        assert len(lines) <= 18, "a label says where, and not somewhere here"
        # What a change puts beside a line can make that line wrong: then the line itself is the label.
        assert near & changed, f"line {gold.line} of {gold.path} is not in a changed hunk"


def test_no_two_changes_are_alike():
    words = {sample.id: _words(sample) for sample in SAMPLES}
    alike = [
        (one, other)
        for one, other in itertools.combinations(words, 2)
        if len(words[one] & words[other]) >= 0.5 * min(len(words[one]), len(words[other]))
    ]
    assert alike == []
