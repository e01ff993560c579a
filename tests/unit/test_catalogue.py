"""The owned table of rules: order of precedence, and that every table in the tree is sound."""

from __future__ import annotations

from pathlib import Path

import pytest

from fusion.errors import PermanentError
from fusion.evidence.catalogue import RULES, Catalogue, catalogue, classify, families, load
from fusion.model import Category, Confidence, Hit, Location, Severity

TABLE = """
off = ["D1*", "X9"]

[defaults]
category = "maintainability"
severity = "info"
confidence = "likely"

[rules.S602]
family = "command-injection"
severity = "critical"
confidence = "certain"
cwe = [77]
title = "A title of its own"

[rules.S605]
family = "command-injection"

[rules.D100]
family = "missing-documentation"

[groups."S6*"]
family = "process-start"
confidence = "possible"

[groups."S*"]
category = "security"
severity = "medium"
"""


@pytest.fixture
def table(tmp_path: Path) -> Catalogue:
    (tmp_path / "tool.toml").write_text(TABLE)
    return load("tool", tmp_path / "tool.toml")


def hit(rule: str, **fields: object) -> Hit:
    return Hit(rule=rule, message="", location=Location(path="a", line=1, end_line=1), **fields)  # type: ignore[arg-type]


def test_a_rules_own_entry_wins(table: Catalogue) -> None:
    found = table.classify(hit("S602", severity=Severity.LOW, confidence=Confidence.POSSIBLE, cwe=(1,)))
    assert (found.family, found.severity, found.confidence) == ("command-injection", Severity.CRITICAL, Confidence.CERTAIN)
    assert (found.cwe, found.title, found.category) == ((77,), "A title of its own", Category.SECURITY)


def test_an_entry_with_a_family_alone_takes_the_rest_from_it(table: Catalogue) -> None:
    found = table.classify(hit("S605", cwe=(1,)))
    family = families()["command-injection"]
    assert (found.category, found.cwe, found.title) == (family.category, family.cwe, family.title)
    assert found.confidence is Confidence.POSSIBLE  # of the longest group that matches
    assert found.severity is family.severity


def test_the_hits_own_severity_comes_before_the_familys(table: Catalogue) -> None:
    assert table.classify(hit("S605", severity=Severity.LOW)).severity is Severity.LOW


def test_the_longest_group_wins(table: Catalogue) -> None:
    assert table.classify(hit("S699")).family == "process-start"
    found = table.classify(hit("S1"))
    assert (found.family, found.category, found.severity) == ("tool:S1", Category.SECURITY, Severity.MEDIUM)


def test_an_unknown_rule_is_its_own_family_with_the_tools_word(table: Catalogue) -> None:
    found = table.classify(hit("Z1", cwe=(5,), severity=Severity.HIGH))
    assert (found.family, found.category, found.severity) == ("tool:Z1", Category.MAINTAINABILITY, Severity.HIGH)
    assert (found.confidence, found.cwe) == (Confidence.LIKELY, (5,))
    assert table.classify(hit("Z1")).severity is Severity.INFO


def test_off_drops_by_pattern_but_not_a_rule_with_an_entry(table: Catalogue) -> None:
    assert table.classify(hit("D101")).off
    assert table.classify(hit("X9")).off
    assert not table.classify(hit("D100")).off
    assert not table.classify(hit("S602")).off


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("[rules.A]\nfamily = 'no-such-family'", "no such family in families.toml: no-such-family"),
        ("[rules.A]\nseverity = 'grave'", "rules.A.severity"),
        ("[rules.A]\nfamly = 'x'", "rules.A.famly"),
        ("off = 1", "off"),
        ("[rules", "toml"),
    ],
)
def test_a_broken_table_names_itself_and_the_fault(tmp_path: Path, text: str, said: str) -> None:
    (tmp_path / "tool.toml").write_text(text)
    with pytest.raises(PermanentError, match=r"tool\.toml") as raised:
        load("tool", tmp_path / "tool.toml")
    assert said in str(raised.value)


@pytest.mark.parametrize("tool", ["families", "../families", "no-such-tool", "", "a/b", "x" * 5000])
def test_a_name_from_outside_reaches_no_file(tool: str) -> None:
    assert classify(tool, hit("R")).family == f"{tool}:R"


def test_every_table_in_the_tree_is_sound() -> None:
    tools = [place.name.removesuffix(".toml") for place in RULES.iterdir() if place.name.endswith(".toml")]
    assert {"bandit", "ruff", "suppressions"} <= set(tools)
    for tool in tools:
        if tool != "families":
            assert catalogue(tool).table.rules or catalogue(tool).table.groups, tool


def test_security_families_name_a_cwe() -> None:
    for name, family in families().items():
        if family.category is Category.SECURITY:
            assert family.cwe, name
        assert family.title[0].isupper(), name
        assert not family.title.endswith("."), name
        assert all(0 < number < 2000 for number in family.cwe), name
