"""SARIF from elsewhere: matched to the change, told in our words, never trusted."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fusion.errors import UserError
from fusion.evidence.catalogue import families
from fusion.evidence.imported import family_of_cwe, read_sarif
from fusion.evidence.sarif_paths import plain
from fusion.model import Category, Confidence, Evidence, Outcome, Provenance, Severity, ToolReport
from tests.fakes.sides import sides

SOURCE = b"import db\n\ndef find(name):\n    query = 'select ' + name\n    return db.run(query)\n"
HEAD = {"src/app.py": SOURCE, "src/old.py": b"old = 1\nnew = 2\n", "bin/with space.js": b"x\n"}
BASE = {"src/old.py": b"old = 1\n"}


def place(uri: str = "src/app.py", line: int = 4, **fields: Any) -> dict[str, Any]:
    region = {"startLine": line, **{key: fields.pop(key) for key in list(fields) if key.endswith(("Line", "Column", "Offset"))}}
    return {"physicalLocation": {"artifactLocation": {"uri": uri, **fields}, "region": region}}


def result(uri: str = "src/app.py", line: int = 4, **fields: Any) -> dict[str, Any]:
    return {"ruleId": "py/sql", "message": {"text": "A query."}, "locations": [place(uri, line)], **fields}


RULE = {
    "id": "py/sql",
    "helpUri": "https://example.com/sql",
    "defaultConfiguration": {"level": "warning"},
    "properties": {"tags": ["security", "external/cwe/cwe-089"], "security-severity": "8.8", "precision": "very-high"},
}


def log(*results: dict[str, Any], rules: list[dict[str, Any]] | None = None, **run: Any) -> bytes:
    driver = {"name": "CodeQL", "semanticVersion": "2.20.1", "rules": [RULE] if rules is None else rules}
    return json.dumps({"version": "2.1.0", "runs": [{"tool": {"driver": driver}, "results": list(results), **run}]}).encode()


def reports(data: bytes, **fields: Any) -> tuple[ToolReport, ...]:
    change, contents = sides(HEAD, BASE, **fields)
    return read_sarif(data, change=change, contents=contents, provenance=Provenance(run="r1"), name="scan.sarif")


def one(data: bytes) -> Evidence:
    (report,) = reports(data)
    (item,) = report.evidence
    return item


def test_a_result_becomes_evidence() -> None:
    (report,) = reports(log(result()))
    (item,) = report.evidence
    assert (item.tool, item.tool_version, item.rule, item.message) == ("CodeQL", "2.20.1", "py/sql", "A query.")
    assert (item.family, item.cwe, item.category) == ("sql-injection", (89,), Category.SECURITY)
    assert (item.severity, item.confidence) == (Severity.HIGH, Confidence.CERTAIN)
    assert (item.location.path, item.location.line, item.symbol) == ("src/app.py", 4, "find")
    assert item.snippet == "    query = 'select ' + name"
    assert item.help_uri == "https://example.com/sql"
    assert (item.provenance.run, item.provenance.tool) == ("r1", "CodeQL 2.20.1")
    assert (report.run.tool, report.run.outcome, report.run.read) == ("CodeQL", Outcome.OK, ("src/app.py",))
    assert report.run.isolation.startswith("not run here")


def test_new_is_what_the_change_touched() -> None:
    (report,) = reports(log(result("src/old.py", 1), result("src/old.py", 2)))
    assert [item.location.line for item in report.evidence] == [2]
    assert (report.run.hits, report.run.known) == (2, 1)


def test_in_a_whole_tree_everything_counts() -> None:
    (report,) = reports(log(result("src/old.py", 1)), whole_tree=True)
    assert len(report.evidence) == 1


def test_results_outside_the_change_do_not_count() -> None:
    (report,) = reports(
        log(result("src/other.py"), result("../src/app.py"), result("https://example.com/src/app.py"), result(""))
    )
    assert (report.evidence, report.run.hits) == ((), 0)


@pytest.mark.parametrize(
    ("level", "score", "expected"),
    [
        ("error", None, Severity.HIGH),
        ("warning", None, Severity.MEDIUM),
        ("note", None, Severity.LOW),
        ("none", None, Severity.INFO),
        ("", None, Severity.MEDIUM),
        ("note", "9.8", Severity.CRITICAL),
        ("note", 7.0, Severity.HIGH),
        ("note", "6.9", Severity.MEDIUM),
        ("error", "0.1", Severity.LOW),
        ("error", "nonsense", Severity.HIGH),
        ("error", "nan", Severity.HIGH),
        ("error", 99, Severity.HIGH),
    ],
)
def test_severity(level: str, score: object, expected: Severity) -> None:
    rule = {"id": "py/sql", "properties": {"security-severity": score} if score is not None else {}}
    fields = {"level": level} if level else {}
    assert one(log(result(**fields), rules=[rule])).severity is expected


@pytest.mark.parametrize(
    ("uri", "bases"),
    [
        ("src/app.py", {}),
        ("./src/app.py", {}),
        ("src/x/../app.py", {}),
        ("src%2Fapp.py", {}),
        ("file:///home/ci/work/repo/src/app.py", {}),
        ("file://localhost/home/ci/repo/src/app.py", {}),
        ("/home/ci/repo/src/app.py", {}),
        ("file:///C:/agent/repo/src/app.py", {}),
        ("C:\\agent\\repo\\src\\app.py", {}),
        ("src\\app.py", {}),
        ("file:///repo/src/app.py", {"ROOT": {"uri": "file:///repo/"}}),
    ],
)
def test_ways_to_write_a_path(uri: str, bases: dict[str, Any]) -> None:
    assert one(log(result(uri), originalUriBaseIds=bases)).location.path == "src/app.py"


def test_bases_are_resolved_through_each_other() -> None:
    bases = {"ROOT": {"uri": "file:///ci/repo/"}, "SRC": {"uri": "src/", "uriBaseId": "ROOT"}}
    there = {**result(), "locations": [place("app.py", uriBaseId="SRC")]}
    assert one(log(there, originalUriBaseIds=bases)).location.path == "src/app.py"


def test_bases_in_a_circle_end() -> None:
    bases = {"A": {"uri": "a/", "uriBaseId": "B"}, "B": {"uri": "b/", "uriBaseId": "A"}}
    there = {**result(), "locations": [place("app.py", uriBaseId="A")]}
    assert reports(log(there, originalUriBaseIds=bases))[0].evidence == ()


def test_an_unresolved_base_is_the_root_of_the_repository() -> None:
    there = {**result(), "locations": [place("src/app.py", uriBaseId="%SRCROOT%")]}
    assert one(log(there)).location.path == "src/app.py"


def test_artifacts_by_index_and_encoded_names() -> None:
    artifacts = [{"location": {"uri": "src/app.py"}}, {"location": {"uri": "bin/with%20space.js"}}]
    there = {**result(), "locations": [{"physicalLocation": {"artifactLocation": {"index": 1}, "region": {"startLine": 1}}}]}
    (report,) = reports(log(there, artifacts=artifacts))
    assert report.evidence[0].location.path == "bin/with space.js"
    assert set(report.run.read) == {"src/app.py", "bin/with space.js"}


def test_an_absolute_path_outside_the_named_root_does_not_match_by_its_end() -> None:
    data = log(result("file:///elsewhere/src/app.py"), originalUriBaseIds={"ROOT": {"uri": "file:///repo/"}})
    assert reports(data)[0].evidence == ()


def test_one_root_is_guessed_for_all() -> None:
    data = log(result("/repo/src/app.py"), result("/repo/src/old.py", 2), result("/usr/lib/src/app.py", 5))
    assert sorted((item.location.path, item.location.line) for item in reports(data)[0].evidence) == [
        ("src/app.py", 4),
        ("src/old.py", 2),
    ]


def test_columns_count_utf16_unless_said_otherwise() -> None:
    head = {"a.py": "x = '😀' + bad\n".encode()}
    change, contents = sides(head)
    there = {**result(), "locations": [place("a.py", 1, startColumn=12, endColumn=15)]}
    for kind, column in ((None, 11), ("utf16CodeUnits", 11), ("unicodeCodePoints", 12)):
        data = log(there, **({"columnKind": kind} if kind else {}))
        (report,) = read_sarif(data, change=change, contents=contents, provenance=Provenance())
        assert report.evidence[0].location.column == column


def test_an_offset_is_a_line_too() -> None:
    there = {
        **result(),
        "locations": [{"physicalLocation": {"artifactLocation": {"uri": "src/app.py"}, "region": {"charOffset": 30}}}],
    }
    assert one(log(there)).location.line == SOURCE[:30].count(b"\n") + 1


def test_a_code_flow_becomes_a_trace() -> None:
    stops = [
        {"location": {**place(line=3), "message": {"text": "a name comes in"}}},
        {"location": place("lib/elsewhere.py", 9)},
        {"location": {**place(line=5), "message": {"text": "and is run"}}},
    ]
    item = one(log(result(codeFlows=[{"threadFlows": [{"locations": stops}]}])))
    assert [(step.location.line, step.code, step.why) for step in item.trace] == [
        (3, "def find(name):", "a name comes in"),
        (5, "return db.run(query)", "and is run"),
    ]


def test_suppressed_results_say_so() -> None:
    item = one(log(result(suppressions=[{"kind": "external", "justification": "accepted risk"}])))
    assert item.suppressed == "suppressed in the tool's own records: accepted risk"
    assert one(log(result(suppressions=[{"kind": "inSource", "status": "rejected"}]))).suppressed == ""


@pytest.mark.parametrize("fields", [{"kind": "pass"}, {"kind": "notApplicable"}, {"baselineState": "absent"}])
def test_what_is_no_problem_is_no_evidence(fields: dict[str, str]) -> None:
    assert reports(log(result(**fields)))[0].evidence == ()


def test_messages_by_id_with_arguments() -> None:
    rule = {**RULE, "messageStrings": {"default": {"text": "Value {0} flows to {1}, {2}."}}}
    item = one(log(result(message={"id": "default", "arguments": ["a", "b"]}), rules=[rule]))
    assert item.message == "Value a flows to b, {2}."


def test_rules_by_index_in_an_extension_and_sub_rules() -> None:
    extension = {"name": "pack", "rules": [{**RULE, "id": "x/1"}, {**RULE, "id": "x/2"}]}
    run = {
        "tool": {"driver": {"name": "CodeQL"}, "extensions": [extension]},
        "results": [
            {**result(), "ruleId": "x/2", "rule": {"index": 1, "toolComponent": {"index": 0}}},
            {**result(line=5), "ruleId": "x/1/sub"},
            {**result(line=3), "ruleId": "unknown", "ruleIndex": 99},
        ],
    }
    (report,) = reports(json.dumps({"version": "2.1.0", "runs": [run]}).encode())
    assert [(item.rule, item.cwe) for item in report.evidence] == [("unknown", ()), ("x/2", (89,)), ("x/1/sub", (89,))]


def test_a_failed_run_is_a_failed_tool() -> None:
    notices = [{"level": "error", "message": {"text": "out of memory\x1b[0m"}}]
    (report,) = reports(log(result(), invocations=[{"executionSuccessful": False, "toolExecutionNotifications": notices}]))
    assert (report.run.outcome, report.run.reason) == (Outcome.FAILED, "its own run failed: out of memory")
    assert len(report.evidence) == 1


def test_an_error_on_one_file_leaves_it_unread() -> None:
    notices = [{"level": "error", "message": {"text": "cannot parse"}, "locations": [place("src/old.py", 1)]}]
    (report,) = reports(log(result(), invocations=[{"executionSuccessful": True, "toolExecutionNotifications": notices}]))
    assert report.run.outcome is Outcome.OK
    assert [(item.path, item.reason) for item in report.run.unread] == [("src/old.py", "cannot parse")]


def test_one_report_per_run() -> None:
    run = json.loads(log(result()))["runs"][0]
    assert (
        len(reports(json.dumps({"version": "2.1.0", "runs": [run, run, {"tool": {"driver": {"name": "Empty"}}}]}).encode()))
        == 3
    )


def test_a_run_without_results_is_clean_not_failed() -> None:
    (report,) = reports(log())
    assert (report.run.outcome, report.evidence) == (Outcome.OK, ())


def test_too_many_results_are_cut_and_said() -> None:
    (report,) = reports(log(*[result(line=number % 5 + 1) for number in range(20_005)]))
    assert (report.run.outcome, report.run.reason) == (Outcome.CUT, "20,005 results; the first 20,000 were read")


@pytest.mark.parametrize(
    ("data", "said"),
    [
        (b"", "it is not JSON"),
        (b"<xml/>", "it is not JSON (line 1"),
        (b"\xff\xfe\x00", "it is not UTF-8"),
        (b"[]", "its top level is not an object"),
        (b"{}", "its version is ''"),
        (b'{"version": "1.0.0", "runs": []}', "its version is '1.0.0'"),
        (b'{"version": "2.1.0"}', "it has no runs"),
        (b'{"version": "2.1.0", "runs": []}', "holds no run of any tool"),
        (b'{"version": "2.1.0", "runs": {}}', "$.runs should be a list"),
        (b'{"version": "2.1.0", "runs": [1]}', "$.runs should be a list of objects"),
        (b'{"version": "2.1.0", "runs": [{"tool": 1}]}', "$.runs[0].tool should be an object"),
        (b'{"version": "2.1.0", "runs": [{"results": "x"}]}', "$.runs[0].results should be a list"),
        (b'{"version": "2.1.0", "runs": ' + b"[" * 200_000, "it"),
        (log(result(locations=[place(line=True)])), "$.runs[0].results[0].locations[0].physicalLocation.region.startLine"),  # type: ignore[arg-type]
        (log(result(message={"text": ["x"]})), "$.runs[0].results[0].message.text should be a string"),
        (b'{"version": "2.1.0", "runs": [' + b",".join([b"{}"] * 60) + b"]}", "60 runs"),
        (b" " * ((50 << 20) + 1), "50 MiB"),
        (b'{"version": "2.1.0", "runs": [{"results": [{"ruleIndex": ' + b"9" * 5000 + b"}]}]}", "cannot be read"),
    ],
)
def test_malformed_files_are_named_with_their_fault(data: bytes, said: str) -> None:
    with pytest.raises(UserError) as raised:
        reports(data)
    assert said in str(raised.value)
    assert str(raised.value).startswith("scan.sarif ")
    assert "\n" not in str(raised.value)


def test_a_byte_order_mark_is_fine() -> None:
    assert len(reports(b"\xef\xbb\xbf" + log(result()))[0].evidence) == 1


def test_hostile_names_and_numbers() -> None:
    strange = {
        "tool": {"driver": {"name": "../families\u202e" * 50, "rules": [{"id": "\x1b[31m", "helpUri": "javascript:alert(1)"}]}},
        "results": [
            {**result(line=2**70), "ruleIndex": 0},
            {**result(line=-1), "ruleIndex": -5},
            {**result(line=4, message={"text": "<script>\u202e\x00" * 9999}), "ruleId": "r" * 9999},
            {**result(), "locations": [place(line=4, endLine=1, startColumn=10**9, endColumn=-3)]},
        ],
    }
    (report,) = reports(json.dumps({"version": "2.1.0", "runs": [strange]}).encode())
    assert len(report.run.tool) <= 60
    for item in report.evidence:
        assert item.message.isprintable()
        assert len(item.message) <= 1000
        assert len(item.rule) <= 200
        assert item.help_uri in ("", "https://example.com/sql")
        assert 1 <= item.location.line <= item.location.end_line <= 5


KEYS = [
    *("tool", "driver", "name", "rules", "results", "locations", "physicalLocation", "artifactLocation", "uri", "region"),
    *("startLine", "message", "text", "level", "properties", "tags", "invocations", "artifacts", "originalUriBaseIds", "rule"),
    *("ruleIndex", "codeFlows", "suppressions", "index", "uriBaseId", "messageStrings", "relationships", "extensions"),
]
JSON = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-5, 10**6)
    | st.text(max_size=8)
    | st.sampled_from(["src/app.py", "error", "2.1.0"]),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(KEYS), inner, max_size=5),
    max_leaves=12,
)


@settings(max_examples=150, deadline=None)
@given(st.dictionaries(st.sampled_from(KEYS), JSON, max_size=6))
def test_anything_is_read_or_refused(run: dict[str, Any]) -> None:
    try:
        (report,) = reports(json.dumps({"version": "2.1.0", "runs": [run]}).encode())
    except UserError as error:
        assert str(error).startswith("scan.sarif is not valid SARIF 2.1.0: $.runs[0]")  # noqa: PT017
    else:
        assert {item.location.path for item in report.evidence} <= set(HEAD)


@settings(max_examples=100, deadline=None)
@given(st.text(max_size=40))
def test_no_uri_climbs(uri: str) -> None:
    path = plain(uri)
    assert ".." not in path.split("/")
    assert "\0" not in path


def test_every_family_named_for_a_cwe_exists() -> None:
    known = families()
    for number in range(1, 1500):
        name = family_of_cwe(number)
        assert not name or number in known[name].cwe
    assert family_of_cwe(89) == "sql-injection"
    assert family_of_cwe(79) == "cross-site-scripting"
