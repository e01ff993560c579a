"""`.fusion.yml`: every mistake names its line and what belongs there; nothing in a file can do anything else."""

from __future__ import annotations

import ast
import contextlib
import inspect
import json
import re
from datetime import date

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st
from jsonschema import Draft202012Validator

from fusion.errors import PolicyError
from fusion.model import Severity
from fusion.policy import Acceptance, Caps, Floor, Instruction, Policy, digest, load, reference, rules, schema, template
from fusion.policy.file import LARGEST

KEYS = [
    *("version", "ignore", "generated", "instructions", "instructions[].paths", "instructions[].text", "floors"),
    *("floors[].paths", "floors[].severity", "agents", "analyzers", "required", "block", "suppressions"),
    *("caps.inline", "caps.files", "caps.file_bytes", "caps.tool_seconds"),
    *("models.use", "models.local", "models.regions", "models.missing", "models.walkthrough"),
    *("models.per_run", "models.per_pull", "models.per_month"),
    *("pulls.drafts", "pulls.bots", "pulls.forks", "pulls.skip_labels", "pulls.only_labels", "pulls.branches"),
    *("pulls.request_changes", "pulls.summary", "pulls.sarif", "pulls.resolve"),
    *("scans.schedule", "scans.checks", "scans.catalogues", "scans.issues", "scans.issue_floor", "scans.block"),
    *("scans.exceptions", "scans.exceptions[].check", "scans.exceptions[].path", "scans.exceptions[].fingerprint"),
    *("scans.exceptions[].component", "scans.exceptions[].owner", "scans.exceptions[].reason"),
    *("scans.exceptions[].approver", "scans.exceptions[].expires"),
    *("scans.history", "scans.licences_allow", "scans.licences_deny", "scans.licences_unknown"),
]


def read(text: str) -> Policy:
    return load(text.encode(), origin=".fusion.yml at 1a2b3c4")


def complaint(text: str | bytes) -> str:
    with pytest.raises(PolicyError) as caught:
        load(text.encode() if isinstance(text, str) else text, origin=".fusion.yml at 1a2b3c4")
    return str(caught.value).removeprefix(".fusion.yml at 1a2b3c4")


@pytest.mark.parametrize("text", ["", "\n", "# nothing\n", "---\n", "{}", "\ufeff", "ignore:\nagents:\ncaps:\n"])
def test_an_empty_file_means_the_defaults(text: str) -> None:
    assert read(text) == Policy()


def test_a_full_file() -> None:
    policy = read(
        """
version: 1
ignore: ["docs/archive/**", "*.drawio"]
generated: [api/client/**]
instructions:
  - paths: ["billing/**"]
    text: "Amounts are integers: never floats."
floors:
  - severity: low
  - paths: [scripts/**]
    severity: high
agents: {documentation: false, tests: on}
analyzers:
  lizard: no
required: [secrets]
block: critical
suppressions: honour
caps:
  inline: 0
  tool_seconds: 12.5
"""
    )
    assert policy == Policy(
        ignore=("docs/archive/**", "*.drawio"),
        generated=("api/client/**",),
        instructions=(Instruction(paths=("billing/**",), text="Amounts are integers: never floats."),),
        floors=(Floor(severity=Severity.LOW), Floor(paths=("scripts/**",), severity=Severity.HIGH)),
        agents={"documentation": False, "tests": True},
        analyzers={"lizard": False},
        required=("secrets",),
        block=Severity.CRITICAL,
        suppressions="honour",
        caps=Caps(inline=0, tool_seconds=12.5),
    )


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("ignores: []", ", line 1: unknown key `ignores` in the file; did you mean `ignore`?"),
        ("\n\ncaps:\n  inlin: 3", ", line 4: unknown key `inlin` in `caps`; did you mean `inline`?"),
        ("caps: {zzz: 1}", ", line 1: unknown key `zzz` in `caps`; the keys are inline, files, file_bytes, tool_seconds."),
        (
            "floors:\n- severity: low\n- severty: low",
            ", line 3: unknown key `severty` in `floors[1]`; did you mean `severity`?",
        ),
        ("ignore: []\nblock: low\nignore: []", ", line 3: the key `ignore` is already on line 1."),
        ("agents:\n  a: true\n  a: false", ", line 3: the key `a` is already on line 2."),
        ("caps:\n  inline: ten", ", line 2: `caps.inline` must be a whole number from 0 to 100, not `ten`."),
        ("caps: {inline: 101}", ", line 1: `caps.inline` must be a whole number from 0 to 100, not `101`."),
        ("caps: {inline: true}", ", line 1: `caps.inline` must be a whole number from 0 to 100, not `true`."),
        ("caps: {inline: 3.5}", ", line 1: `caps.inline` must be a whole number from 0 to 100, not `3.5`."),
        ("caps: {files: 0}", ", line 1: `caps.files` must be a whole number from 1 up, not `0`."),
        ("caps: {tool_seconds: .nan}", ", line 1: `caps.tool_seconds` must be a number above 0 and at most 3600, not `.nan`."),
        ("caps: {tool_seconds: 0}", ", line 1: `caps.tool_seconds` must be a number above 0 and at most 3600, not `0`."),
        ("block: hihg", ", line 1: `block` must be critical, high, medium, low or info, not `hihg`; did you mean high?"),
        ("suppressions: honor", ", line 1: `suppressions` must be honour, show or ignore, not `honor`; did you mean honour?"),
        ("version: 2", ", line 1: `version` must be 1, not `2`."),
        ("version: true", ", line 1: `version` must be 1, not `true`."),
        ("version: '1'", ", line 1: `version` must be 1, not `1`; leave the quotes out."),
        ("ignore: docs", ", line 1: `ignore` must be a list of texts, not `docs`."),
        ("ignore: [no]", ", line 1: `ignore[0]` must be a text, not `no`; put the text in quotes."),
        ("ignore: [a, [b]]", ", line 1: `ignore[1]` must be a text, not a list."),
        ("ignore: [~]", ", line 1: `ignore[0]` must be a text, not nothing."),
        ("ignore: ['!']", ", line 1: `ignore[0]` is not a path pattern as in .gitignore: '!'."),
        ("models:\n  local: ['!']", ", line 2: `models.local[0]` is not a path pattern as in .gitignore: '!'."),
        ("agents: [a]", ", line 1: `agents` must be a mapping of names to true or false, not a list."),
        ("agents: !!map [a]", ", line 1: `agents` must be a mapping of names to true or false, not a list."),
        ("agents: {a: 1}", ", line 1: `agents.a` must be true or false, not `1`."),
        ("instructions: [{paths: [a]}]", ", line 1: `instructions[0]` needs the key `text`, a text."),
        ("instructions: [x]", ", line 1: `instructions[0]` must be a mapping with `paths` and `text`, not `x`."),
        ("block:", ", line 1: `block` must be critical, high, medium, low or info, not nothing."),
        ("[]", ", line 1: the file must be a mapping with "),
        ("? [a]\n: b", ", line 1: a key of the file must be a text."),
        ("a: &x 1", ", line 1: anchors (&) and aliases (*) are not taken here"),
        ("version: 1" + ":1" * 3000, ", line 1: `version` must be 1, not `1:1:1"),
        ("ignore: *x", ", line 1: anchors (&) and aliases (*) are not taken here"),
        ("ignore: [", ", line "),
        ("a: b: c", ", line 1, column 5: not valid YAML: mapping values are not allowed in this context."),
        ("---\na: 1\n---\nb: 2", ", line 3, column 1: not valid YAML: but found another document."),
        ("\tignore: []", ", line 1, column 1: not valid YAML: found character that cannot start any token."),
        ("ignore: [a]\n\x07", ", line 2"),
        (
            "required: !!python/object/apply:os.system [echo]",
            ", line 1: `required` must be a list of texts, not a value with the tag",
        ),
        ("caps: {files: !!int abc}", ", line 1: `caps.files` must be a whole number from 1 up, not `abc`."),
        (
            "scans: {exceptions: [{check: a, expires: 2027-02-30}]}",
            ", line 1: `scans.exceptions[0].expires` must be a date such as 2027-01-31, not `2027-02-30`.",
        ),
        (
            "scans:\n  exceptions:\n  - check: a\n    expires: never",
            ", line 4: `scans.exceptions[0].expires` must be a date such as 2027-01-31, not `never`.",
        ),
        ("scans: {exceptions: [{check: a, expires: 2027-01-31T10:00:00Z}]}", ", line 1: `scans.exceptions[0].expires` must be"),
        ("scans: {exceptions: [{check: a, expires: [2027]}]}", ", line 1: `scans.exceptions[0].expires` must be a date such"),
        ("scans: {exceptions: [{check: a, expires: 20270131}]}", ", line 1: `scans.exceptions[0].expires` must be a date"),
        ("scans: {exceptions: [{check: a, expiry: 2027-01-31}]}", ", line 1: unknown key `expiry` in `scans.exceptions[0]`;"),
        ("scans: {exceptions: [{owner: a}]}", ", line 1: `scans.exceptions[0]` needs the key `check`, a text."),
        ("scans: {exceptions: [{check: a, path: '!'}]}", ", line 1: `scans.exceptions[0].path` is not a path pattern"),
        (b"ignore: []\nblock: \xff\n", ", line 2: the file is not UTF-8."),
        ("ignore: " + "[" * 50, ", line 1: nested more than 12 levels deep."),
        ("#" * (LARGEST + 1), ": the file has 262,145 bytes; at most 262,144 are read."),
    ],
)
def test_a_mistake_is_named_with_its_line(text: str | bytes, said: str) -> None:
    assert complaint(text).startswith(said)


@pytest.mark.parametrize("written", ["2027-01-31", '"2027-01-31"', "!!timestamp 2027-01-31"])
def test_a_day_may_be_quoted(written: str) -> None:
    (accepted,) = read(f"scans: {{exceptions: [{{check: a, expires: {written}}}]}}").scans.exceptions
    assert accepted == Acceptance(check="a", expires=date(2027, 1, 31))


@pytest.mark.parametrize("written", ["off", '"off"', "'off'"])
def test_a_bare_off_is_the_word_where_it_is_a_choice(written: str) -> None:
    assert read(f"pulls: {{forks: {written}}}").pulls.forks == "off"
    assert "must be comment or check, not `off`" in complaint("pulls: {summary: off}")


def test_a_hostile_key_is_shown_short_and_on_one_line() -> None:
    said = complaint('"' + "x" * 500 + '\\n\\e[31mred": 1')
    assert len(said) < 300
    assert "\n" not in said
    assert "\x1b" not in said


def test_a_bomb_of_aliases_is_refused_before_it_expands() -> None:
    layers = "\n".join(f"a{n}: &a{n} [{', '.join(f'*a{n - 1}' for _ in range(9))}]" for n in range(1, 30))
    assert "anchors" in complaint("a0: &a0 [lol]\n" + layers)


def test_the_slow_parser_says_the_same(monkeypatch: pytest.MonkeyPatch) -> None:
    """PyYAML without libyaml, as on platforms without a wheel."""
    monkeypatch.delattr(yaml, "CSafeLoader", raising=False)
    assert complaint("ignores: []") == ", line 1: unknown key `ignores` in the file; did you mean `ignore`?"
    assert complaint("ignore: [a]\n\x07").startswith(", line 2: a character that YAML does not allow")
    assert complaint("ignore: " + "[" * 5000).startswith(", line 1: nested more than 12 levels deep")
    assert read(template()) == Policy()


def names() -> st.SearchStrategy[str]:
    return st.sampled_from([*Policy.model_fields, *Caps.model_fields, "paths", "severity", "text"]) | st.text(max_size=6)


def trees() -> st.SearchStrategy[object]:
    leaf = st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=12) | st.sampled_from(list(Severity))
    return st.recursive(
        leaf, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(names(), inner, max_size=4), max_leaves=8
    )


@settings(max_examples=150, deadline=None)
@given(st.dictionaries(names(), trees(), max_size=4))
def test_any_tree_loads_or_is_refused_in_one_line(tree: dict[str, object]) -> None:
    plain = json.loads(json.dumps(tree))
    _loads_or_refuses(yaml.safe_dump(plain).encode())


@settings(max_examples=150, deadline=None)
@given(st.binary(max_size=200) | st.text(alphabet="abc:-[]{}#&*!|>'\"%@,? \n\t0.~<=", max_size=60).map(str.encode))
def test_any_bytes_load_or_are_refused(data: bytes) -> None:
    _loads_or_refuses(data)


def _loads_or_refuses(data: bytes) -> None:
    with contextlib.suppress(PolicyError):
        assert isinstance(load(data, origin="x"), Policy)


def test_the_template_is_the_defaults_and_names_every_key() -> None:
    text = template()
    assert read(text) == Policy()
    for key in KEYS:
        assert re.search(rf"^[# ]*{re.escape(key.rpartition('.')[2])}: ", text, re.M), key
    assert all(len(line) <= 128 for line in text.splitlines())


def test_the_examples_in_the_template_load() -> None:
    examples = re.findall(r"^# For example: (.*)$", template(), re.M)
    assert len(examples) == 8
    for example in examples:
        assert read(example) != Policy()


def test_the_reference_has_one_row_per_key_with_its_default() -> None:
    rows = [line.split(" | ") for line in reference().splitlines()[2:]]
    assert [row[0].strip("| `") for row in rows] == KEYS
    by_key = {row[0].strip("| `"): row for row in rows}
    assert by_key["caps.inline"][1:3] == ["a whole number from 0 to 100", "`10`"]
    assert by_key["block"][1:3] == ["critical, high, medium, low or info", "`high`"]
    assert by_key["floors[].severity"][2] == "required"
    assert all(row[3].rstrip(" |").endswith(".") for row in rows)


def test_the_schema_agrees_with_the_parser_and_describes_every_key() -> None:
    described = schema()
    Draft202012Validator.check_schema(described)
    validator = Draft202012Validator(described)
    assert validator.is_valid(yaml.safe_load(template()))
    assert not validator.is_valid({"ignores": []})
    accepted = {"check": "a", "owner": "b", "reason": "c", "approver": "d", "expires": "2027-01-31"}
    assert validator.is_valid({"scans": {"exceptions": [accepted]}})
    assert not validator.is_valid({"scans": {"exceptions": [{"check": "a", "owner": "b"}]}})
    assert not validator.is_valid({"caps": {"inline": 101}})
    records = [described, *described["$defs"].values()]
    assert all(field.get("description") for record in records for field in record.get("properties", {}).values())


def test_every_key_has_a_docstring_of_its_own() -> None:
    module = ast.parse(inspect.getsource(rules))
    for record in (node for node in module.body if isinstance(node, ast.ClassDef)):
        for field, doc in zip(record.body, [*record.body[1:], None], strict=True):
            if isinstance(field, ast.AnnAssign):
                assert isinstance(doc, ast.Expr), f"{record.name}.{ast.unparse(field.target)}"


def test_the_digest_is_of_what_the_policy_says() -> None:
    assert digest(Policy()) == digest(read("# comment\nblock: high\n"))
    assert digest(Policy()) != digest(read("block: low"))
    assert re.fullmatch(r"sha256:[0-9a-f]{64}", digest(Policy()))
