"""Rates, and the table that shows them."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import pytest

from fusion.dataflow.ir import Span
from fusion.dataflow.knowledge.schema import Kind
from fusion.dataflow.repository.project import Project
from fusion.dataflow.results import Analysis, Flow, Place
from fusion.errors import UserError
from fusion.evaluation import analysis, peers
from fusion.evaluation.labels import Label
from fusion.evaluation.report import document, table
from fusion.evaluation.score import Counts, Score, Verdicts, score
from fusion.model import Confidence, Hit, Location, Severity

SQL, XSS = Kind.SQL_INJECTION, Kind.CROSS_SITE_SCRIPTING
LABELS = (
    Label("a.py", SQL, True),
    Label("b.py", SQL, True),
    Label("c.py", SQL, False),
    Label("d.py", SQL, False),
    Label("e.py", XSS, True),
    Label("f.py", XSS, False),
    Label("g.py", Kind.WEAK_HASH, True),
)


def scored(**flagged: tuple[Kind, ...]) -> Score:
    verdicts = Verdicts(
        tool="ours",
        flagged={f"{name}.py": kinds for name, kinds in flagged.items()},
        unread={"f.py": "too long", "elsewhere.py": "too long"},
        lines=3000,
        wall=1.5,
        cpu=1.0,
    )
    return score(LABELS, verdicts)


def test_rates_of_one_kind() -> None:
    counts = Counts(vulnerable=4, safe=5, hits=3, alarms=1)
    assert (counts.tpr, counts.fpr) == (0.75, 0.2)
    assert counts.youden == pytest.approx(0.55)
    assert Counts(vulnerable=1, hits=1).youden is None
    assert (Counts().tpr, Counts().fpr) == (None, None)


def test_only_the_kind_of_the_label_counts() -> None:
    result = scored(a=(SQL,), b=(XSS,), c=(SQL, XSS), e=(XSS,), unlabelled=(SQL,))
    assert result.kinds[SQL] == Counts(vulnerable=2, safe=2, hits=1, alarms=1)
    assert result.kinds[XSS] == Counts(vulnerable=1, safe=1, hits=1, alarms=0)
    assert result.false_positives == [Label("c.py", SQL, False)]
    assert result.false_negatives == [Label("b.py", SQL, True), Label("g.py", Kind.WEAK_HASH, True)]
    assert result.extra == [("b.py", XSS), ("c.py", XSS)]
    assert result.unread == {"f.py": "too long"}


def test_averages() -> None:
    result = scored(a=(SQL,), c=(SQL,), e=(XSS,), g=(Kind.WEAK_HASH,))
    # The hash has no safe file: it counts for the micro average only.
    assert result.macro == pytest.approx((0.75, 0.25, 0.5))
    assert result.micro == Counts(vulnerable=4, safe=3, hits=3, alarms=1)
    assert score((Label("a.py", SQL, True),), Verdicts(tool="ours")).macro == (None, None, None)


def test_the_table() -> None:
    absent = score(LABELS, Verdicts(tool="opengrep", missing="opengrep is not installed"))
    peer = score(LABELS, Verdicts(tool="bandit", unread=dict.fromkeys("abcde", "no")))
    assert table([scored(a=(SQL,), c=(SQL,), e=(XSS, SQL)), peer, absent]).splitlines() == [
        "                                        ours                bandit",
        "kind                  vulnerable  safe   TPR   FPR  Youden   TPR   FPR  Youden",
        "cross-site-scripting           1     1  1.00  0.00    1.00  0.00  0.00    0.00",
        "sql-injection                  2     2  0.50  0.50    0.00  0.00  0.00    0.00",
        "weak-hash                      1     0  0.00     -       -  0.00     -       -",
        "macro average                  4     3  0.75  0.25    0.50  0.00  0.00    0.00",
        "micro average                  4     3  0.50  0.33    0.17  0.00  0.00    0.00",
        "",
        "ours: 3,000 lines, 1.50 s, 1.00 s of CPU, 3,000 lines per CPU second",
        "  also reported, in files labelled for other kinds: sql-injection 1",
        "  not analysed, or not wholly (counted as not flagged unless reported): 1",
        "    f.py: too long",
        "bandit: 0 lines, 0.00 s, 0.00 s of CPU",
        "opengrep: did not run: opengrep is not installed",
    ]


def test_a_table_names_few_of_many_files() -> None:
    labels = [Label(f"{number}.py", SQL, True) for number in range(30)]
    unread = {label.path: f"reason {number // 10 * number}" for number, label in enumerate(labels)}
    shown = table([score(labels, Verdicts(tool="ours", unread=unread))], most=5)
    assert "    10 files: reason 0" in shown
    assert "    and 15 more (all of them: --format json)" in shown


def test_data_for_programs() -> None:
    ours, absent = document([scored(a=(SQL,)), score(LABELS, Verdicts(tool="x", missing="no"))])["tools"]
    assert ours["kinds"]["sql-injection"] == {
        "vulnerable": 2,
        "safe": 2,
        "true_positives": 1,
        "false_positives": 0,
        "tpr": 0.5,
        "fpr": 0.0,
        "youden": 0.5,
    }
    assert ours["false_negatives"][0] == {"file": "b.py", "kind": "sql-injection"}
    assert ours["unread"] == [{"file": "f.py", "reason": "too long"}]
    assert absent == {"tool": "x", "missing": "no"}


def flow(kind: Kind, *paths: str) -> Flow:
    trace = [Place(path, Span(1, 1, 1, 2), "") for path in paths]
    return Flow(kind, trace, Severity.HIGH, Confidence.LIKELY, 89, "x")


def test_a_flow_counts_where_its_sink_is(tmp_path: Path) -> None:
    (tmp_path / "a.py").write_text("x = 1\n")

    def analyse(project: Project, targets: Sequence[str]) -> Analysis:
        assert list(targets) == ["a.py", "b.py", "gone.py"]
        module = project.module("a.py")
        assert module is not None
        assert project.module("gone.py") is None
        flows = [flow(SQL, "a.py", "b.py"), flow(XSS, "b.py"), flow(Kind.WEAK_HASH, "gone.py", "helper.py")]
        return Analysis(flows, (), tuple(project.unread.items()), ["a.py"], 7)

    verdicts = analysis.run(tmp_path, {"a.py", "b.py", "gone.py"}, ["a.py", "b.py", "gone.py"], analyse=analyse)
    assert verdicts.flagged == {"b.py": {SQL, XSS}, "gone.py": {Kind.WEAK_HASH}, "helper.py": {Kind.WEAK_HASH}}
    assert verdicts.unread == {"b.py": "it was not analysed", "gone.py": "its contents are not at hand"}
    assert verdicts.lines == 7


def test_the_analysis_itself(tmp_path: Path) -> None:
    (tmp_path / "bad.py").write_text("import os\nfrom flask import request\n\n\ndef f():\n    os.system(request.args['x'])\n")
    (tmp_path / "broken.py").write_text("def f(:\n")
    verdicts = analysis.run(tmp_path, {"bad.py", "broken.py"}, ["bad.py", "broken.py"])
    assert verdicts.flagged == {"bad.py": {Kind.COMMAND_INJECTION}}
    assert set(verdicts.unread) == {"broken.py"}


def hit(rule: str, cwe: tuple[int, ...] = ()) -> Hit:
    return Hit(rule=rule, message="", location=Location(path="a.py", line=1, end_line=1), cwe=cwe)


@pytest.mark.parametrize(
    ("tool", "rule", "kind"),
    [
        ("ruff", "S608", SQL),
        ("ruff", "S301", Kind.DESERIALIZATION),
        ("ruff", "S311", Kind.WEAK_RANDOMNESS),
        ("bandit", "B311", Kind.WEAK_RANDOMNESS),
        ("bandit", "B404", Kind.COMMAND_INJECTION),
        ("bandit", "B701", XSS),
        ("bandit", "B105", None),
        ("ruff", "S101", None),
    ],
)
def test_what_a_rule_is_about(tool: str, rule: str, kind: Kind | None) -> None:
    assert peers.kind_of(tool, hit(rule)) is kind


def test_a_rule_that_no_table_knows_goes_by_its_cwe() -> None:
    assert peers.kind_of("opengrep", hit("somebody.elses.rule", (1, 80))) is XSS


async def test_peers_look_at_the_same_files_under_neutral_names(tmp_path: Path) -> None:
    (tmp_path / "tests").mkdir()
    (tmp_path / "tests" / "test_bad.py").write_text("import random\n\n\ndef f(x):\n    eval(x)\n    return random.random()\n")
    (tmp_path / "ok.py").write_text("x = 1\n")
    (tmp_path / "page.js").write_text("x = 1\n")
    for name in ("ruff", "bandit"):
        verdicts = await peers.run(name, peers.peer(name), tmp_path, ["tests/test_bad.py", "ok.py", "page.js"])
        assert verdicts.flagged == {"tests/test_bad.py": {Kind.CODE_INJECTION, Kind.WEAK_RANDOMNESS}}
        assert verdicts.unread == {"page.js": f"{name} does not read such files"}
        assert verdicts.lines == 7
        assert verdicts.cpu > 0


async def test_a_peer_that_is_not_installed(tmp_path: Path) -> None:
    (tmp_path / "a.py").write_text("")
    verdicts = await peers.run("semgrep", peers.PatternSearch("surely-not-installed"), tmp_path, ["a.py"])
    assert verdicts.missing == "surely-not-installed is not installed"


def test_an_unknown_peer() -> None:
    with pytest.raises(UserError, match=r"knows no tool 'lint'; there are: .*bandit"):
        peers.peer("lint")
