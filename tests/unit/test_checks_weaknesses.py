"""Checks over weaknesses of the code: what counts, what was looked at, and by whom; and all tree checks over hostile input."""

from __future__ import annotations

from collections.abc import Mapping

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fusion.check import Check, Source, Subject
from fusion.checks.registry import builtin
from fusion.checks.sight import NATIVE, SHELL, WEB, sight, spoken
from fusion.checks.weaknesses import WeaknessCheck
from fusion.controls.catalogue import dangling, ours
from fusion.evidence.catalogue import families
from fusion.model import Cleared, Confidence, Evidence, Location, Outcome, Severity, Step, ToolRun
from fusion.model.compliance import Status
from fusion.model.inventory import Tree, TreeFile
from fusion.model.posture import Unknown
from fusion.policy import Policy
from tests.fakes.subjects import NOW, finding, posture, receipt, subject

TREE: dict[str, Check] = {
    check.about.id: check for check in builtin() if type(check).__module__.startswith("fusion.checks.tree.")
}
WEAK: dict[str, WeaknessCheck] = {name: check for name, check in TREE.items() if isinstance(check, WeaknessCheck)}
SQL = WEAK["sql-injection"]
CODE = {"app.py": "x = 1", "tests/test_app.py": "x = 1", "vendor/v.py": "x = 1"}
READ = (receipt("dataflow", "app.py"),)


@pytest.mark.parametrize("name", sorted(WEAK))
def test_a_weakness_is_one_that_some_analyzer_can_see_in_some_language(name: str) -> None:
    check = WEAK[name]
    assert check.families <= families().keys()
    assert check.languages <= WEB | NATIVE | SHELL
    seen = {language for (_, language), known in sight().items() if known & check.families}
    assert seen & check.languages, "Nothing could ever pass."
    worst = max(families()[family].severity.rank for family in check.families)
    assert worst >= check.floor.rank, "A finding as it mostly comes would never fail it."
    assert check.floor is check.about.severity


def test_the_controls_that_are_named_exist() -> None:
    assert list(dangling(TREE.values(), ours())) == []


@pytest.mark.parametrize(
    ("name", "path", "tool"),
    [
        ("sql-injection", "a.go", "ast-grep"),
        ("sql-injection", "a.cs", "opengrep"),
        ("memory-safety", "a.cpp", "cppcheck"),
        ("command-injection", "a.sh", "shellcheck"),
        ("weak-keys", "a.py", "bandit"),
    ],
)
def test_every_language_has_its_analyzers(name: str, path: str, tool: str) -> None:
    assert WEAK[name].assess(subject({path: "code"}, tools=[receipt(tool, path)])).status is Status.PASSED
    assert WEAK[name].assess(subject({path: "code"}, tools=[receipt("lizard", path)])).status is Status.NOT_ASSESSED


def test_it_passes_only_where_everything_was_looked_at() -> None:
    assert SQL.assess(subject(CODE, tools=READ)).status is Status.PASSED
    gap = SQL.assess(subject({**CODE, "more.py": "x = 1"}, tools=READ))
    assert gap.status is Status.NOT_ASSESSED
    assert "more.py" in gap.reason
    blind = SQL.assess(subject({**CODE, "more.swift": "x = 1"}, tools=(receipt("dataflow", "app.py", "more.swift"),)))
    assert blind.status is Status.NOT_ASSESSED
    assert "swift" in blind.reason
    assert SQL.assess(subject(CODE, tools=READ, cut="too many files")).status is Status.NOT_ASSESSED
    assert SQL.assess(subject({"a.md": "x", "tests/a.py": "x"})).status is Status.NOT_APPLICABLE


def test_why_an_analyzer_read_nothing_is_told() -> None:
    crash = ToolRun(tool="dataflow", outcome=Outcome.FAILED, reason="it was killed")
    assert "it was killed" in SQL.assess(subject(CODE, tools=(crash,))).reason
    bound = receipt("dataflow", unread={"app.py": "it is too large"})
    assert "it is too large" in SQL.assess(subject(CODE, tools=(bound,))).reason


def test_where_it_passes_the_bounds_of_the_analysis_are_told() -> None:
    bounded = READ[0].model_copy(update={"reason": "data was not followed through imported files: far.py (too many)"})
    result = SQL.assess(subject(CODE, tools=(bounded,)))
    assert result.status is Status.PASSED
    assert result.reason.endswith("dataflow: data was not followed through imported files: far.py (too many).")


@pytest.mark.parametrize(
    ("found", "status"),
    [
        (finding("sql-injection", "app.py"), Status.FAILED),
        (finding("nosql-injection", "app.py", severity=Severity.CRITICAL), Status.FAILED),
        (finding("CodeQL:js/sql", "app.py", tool="CodeQL", cwe=(89,)), Status.FAILED),
        (finding("sql-injection", "app.py", severity=Severity.MEDIUM), Status.PASSED),
        (finding("sql-injection", "app.py", confidence=Confidence.POSSIBLE), Status.PASSED),
        (finding("sql-injection", "app.py", suppressed="# nosec"), Status.PASSED),
        (finding("sql-injection", "tests/test_app.py"), Status.PASSED),
        (finding("command-injection", "app.py", cwe=(89,)), Status.PASSED),
    ],
)
def test_which_findings_count(found: Evidence, status: Status) -> None:
    result = SQL.assess(subject(CODE, tools=READ, evidence=[found]))
    assert result.status is status
    aside = status is Status.PASSED and found.location.path == "app.py" and "sql" in found.family
    assert ("Not counted: 1 finding" in result.reason) is aside


def test_what_only_a_test_hands_to_the_code_does_not_count() -> None:
    def begins(path: str) -> Status:
        steps = [Step(location=Location(path=at, line=1, end_line=1), code="x", why="kept") for at in (path, "app.py")]
        found = finding("sql-injection", "app.py", trace=tuple(steps))
        return SQL.assess(subject(CODE, evidence=[found], tools=READ)).status

    assert [begins(path) for path in ("tests/test_app.py", "examples/a.py", "other.py")] == [
        *(Status.PASSED, Status.PASSED),
        Status.FAILED,
    ]


def test_a_pattern_at_a_place_that_the_data_flow_cleared_does_not_count() -> None:
    pattern, other = finding("sql-injection", "app.py", tool="bandit"), finding("sql-injection", "app.py", tool="ruff", line=2)
    shown = Cleared(tool="dataflow", family="sql-injection", location=pattern.location, reason="the value is constant")
    alone = SQL.assess(subject(CODE, tools=READ, evidence=[pattern], cleared=[shown]))
    assert alone.status is Status.PASSED
    assert "refuted by the data flow" in alone.reason
    both = SQL.assess(subject(CODE, tools=READ, evidence=[pattern, other], cleared=[shown]))
    assert [one.line for one in both.deviations] == [2]
    elsewhere = shown.model_copy(update={"family": "path-traversal"})
    assert SQL.assess(subject(CODE, tools=READ, evidence=[pattern], cleared=[elsewhere])).status is Status.FAILED


def test_policy_decides_about_suppressions_and_what_is_not_read() -> None:
    silenced = finding("sql-injection", "app.py", suppressed="# nosec")
    strict = Policy.model_validate({"suppressions": "ignore"})
    assert SQL.assess(subject(CODE, tools=READ, evidence=[silenced], policy=strict)).status is Status.FAILED
    ignoring = Policy.model_validate({"ignore": ["old/**"]})
    result = SQL.assess(subject({**CODE, "old/a.py": "x = 1"}, tools=READ, policy=ignoring))
    assert result.status is Status.PASSED
    assert "2 files" in result.reason


def test_equal_code_in_two_files_makes_two_deviations_that_outlive_lines() -> None:
    twice = [finding("sql-injection", "app.py"), finding("sql-injection", "b.py")]
    moved = [finding("sql-injection", "app.py", line=9), finding("sql-injection", "b.py", line=9)]
    first, second = (SQL.assess(subject(CODE, evidence=found)).deviations for found in (twice, moved))
    assert len({one.fingerprint for one in first}) == 2
    assert [one.fingerprint for one in first] == [one.fingerprint for one in second]


def test_a_flood_of_findings_is_bounded_and_told() -> None:
    flood = [finding("sql-injection", "app.py", fingerprint=f"{n:016x}") for n in range(700)]
    result = SQL.assess(subject(CODE, evidence=flood))
    assert len(result.deviations) == 500
    assert "700 findings" in result.reason


# --- all tree checks, whatever comes

NAMES = st.sampled_from(
    [
        *("LICENSE", "SECURITY.md", "CODEOWNERS", ".github/CODEOWNERS", ".github/workflows/a.yml", ".github/workflows/b.yaml"),
        *(
            ".github/dependabot.yml",
            "renovate.json",
            "Dockerfile",
            "x_test.go",
            "a.py",
            "b.swift",
            "c.so",
            "main.tf",
            "README.md",
        ),
        *("sbom.json", "gradle/wrapper/gradle-wrapper.jar", "package.json", "vendor/a.go", "k8s/x.yaml", "tests/a.py"),
    ]
) | st.text(min_size=1, max_size=30).filter(lambda name: "\0" not in name)
SCRAPS = st.lists(
    st.sampled_from(
        [
            *(
                b"on: pull_request_target\n",
                b"on:\n",
                b"jobs:\n",
                b"  a:\n",
                b"    steps:\n",
                b"      - run: ${{ github.head_ref }}\n",
            ),
            *(
                b"    runs-on: [self-hosted, &a x, *a]\n",
                b"permissions: write-all\n",
                b"secrets: inherit\n",
                b"* @a\n",
                b"[!\\#",
            ),
            *(
                b"updates: [{package-ecosystem: npm}]\n",
                b"FROM a AS b\\\n",
                b"USER 0\n",
                b"ENV TOKEN=1\n",
                b"\x7fELF",
                b"MZ",
                b"\0",
            ),
            *(b"\xff\xfe", b"&a [*a, *a]\n", b"{" * 50, b"https://", b"@x.y ", b"report ", b"\xf0\x9f\x98\x80"),
        ]
    )
    | st.binary(max_size=60),
    max_size=12,
).map(b"".join)
TREES = st.dictionaries(NAMES, SCRAPS | st.none(), max_size=8)
TOOLS = st.lists(
    st.builds(
        ToolRun,
        tool=st.sampled_from(["dataflow", "ast-grep", "zizmor", "checkov", "secrets", "secrets-history", "unknown"]),
        outcome=st.sampled_from(list(Outcome)),
        reason=st.text(max_size=20),
        read=st.lists(NAMES, max_size=6).map(tuple),
    ),
    max_size=4,
)


def hostile(files: Mapping[str, bytes | None], tools: list[ToolRun], cut: str, mode: str) -> Subject:
    """A subject whose tree has that mode for its first file."""
    entries = [TreeFile(path=path, size=-1 if data is None else len(data)) for path, data in files.items()]
    entries[:1] = [entry.model_copy(update={"mode": mode}) for entry in entries[:1]]
    return Subject(
        repository="o/r",
        posture=posture() if len(files) % 2 else Unknown(why="None."),
        tree=Tree(commit="c", files=tuple(entries), cut=cut),
        contents={path: data for path, data in files.items() if data is not None},
        tools=tools,
        evidence=[finding("sql-injection", path, tool="secrets") for path in list(files)[:1]],
        policy=Policy.model_validate({"scans": {"history": bool(len(tools) % 2)}}),
        now=NOW,
    )


@settings(max_examples=120, deadline=None)
@given(
    files=TREES, tools=TOOLS, cut=st.sampled_from(["", "", "too many"]), mode=st.sampled_from(["100644", "120000", "160000"])
)
def test_hostile_trees_never_raise_and_nothing_passes_unread(
    files: dict[str, bytes | None], tools: list[ToolRun], cut: str, mode: str
) -> None:
    given_ = hostile(files, tools, cut, mode)
    for name, check in TREE.items():
        result = check.assess(given_)
        assert result.reason
        if result.status is Status.FAILED:
            assert len({one.fingerprint for one in result.deviations}) == len(result.deviations) > 0
        assert result.reason.isprintable() or "\n" not in result.reason
        if result.status is Status.PASSED and name in WEAK:
            unseen = {path for path in files if spoken(path)} - {path for run in tools for path in run.read}
            assert not {
                path for path in unseen if path in ("a.py", "b.swift") and len(files[path] or b"long") > 2 and mode == "100644"
            }


UNREAD_STOPS = {
    "dangerous-workflow": ".github/workflows/a.yml",
    "token-permissions": ".github/workflows/a.yml",
    "workflow-secrets": ".github/workflows/a.yml",
    "workflow-security": ".github/workflows/a.yml",
    "self-hosted-runners": ".github/workflows/a.yml",
    "container-images": "Dockerfile",
    "binary-artifacts": "c.so",
    "code-owners-file": ".github/CODEOWNERS",
    "infrastructure": "main.tf",
    "code-analysed": "a.py",
    "secrets-in-tree": "a.py",
}


@settings(max_examples=40, deadline=None)
@given(files=TREES)
@pytest.mark.parametrize("name", sorted(UNREAD_STOPS))
def test_one_unread_file_that_it_needs_keeps_it_from_passing(name: str, files: dict[str, bytes | None]) -> None:
    result = TREE[name].assess(subject({**files, UNREAD_STOPS[name]: None}))
    assert result.status is not Status.PASSED


def test_nothing_of_a_cut_tree_passes_by_absence() -> None:
    nothing = subject({"a.txt": "words"}, cut="the forge cut the list at 100,000 files")
    passed = {name for name, check in TREE.items() if check.assess(nothing).status in (Status.PASSED, Status.NOT_APPLICABLE)}
    independent = {name for name, check in TREE.items() if check.about.reads <= {Source.HISTORY, Source.HOST}}
    assert passed - independent == set()


def test_what_several_analyzers_say_of_one_place_is_said_once() -> None:
    both = [finding("sql-injection", "app.py", tool="bandit"), finding("sql-injection", "app.py", severity=Severity.CRITICAL)]
    (one,) = SQL.assess(subject(CODE, evidence=both)).deviations
    assert one.severity is Severity.CRITICAL
    assert one.title == "There is sql-injection (dataflow, bandit)."
    assert [seen.tool for seen in one.evidence] == ["dataflow", "bandit"]


@pytest.mark.parametrize(
    "broken",
    [
        ToolRun(tool="dataflow", outcome=Outcome.TIMED_OUT, reason="it took too long"),
        receipt("dataflow", unread={"app.py": "it took too long"}),
    ],
)
def test_another_analyzer_does_not_make_up_for_one_that_stumbled(broken: ToolRun) -> None:
    result = SQL.assess(subject(CODE, tools=(broken, receipt("bandit", "app.py"))))
    assert result.status is Status.NOT_ASSESSED
    assert "dataflow did not read app.py (it took too long)." in result.reason
    missing = ToolRun(tool="opengrep", outcome=Outcome.SKIPPED, reason="it is not installed")
    assert SQL.assess(subject(CODE, tools=(missing, receipt("bandit", "app.py")))).status is Status.PASSED
