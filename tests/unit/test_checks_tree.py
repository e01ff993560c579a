"""Checks over trees, workflows, evidence and the deployment: every state of each, by small trees."""

from __future__ import annotations

from typing import Any

import pytest

from fusion.check import Check, Host, Source
from fusion.checks.registry import builtin, documentation, pages
from fusion.model import Confidence, Outcome, Severity
from fusion.model.compliance import CheckResult, Status
from fusion.model.inventory import Inventory
from fusion.model.posture import Release, SecuritySettings, Unknown
from fusion.policy import Policy
from tests.fakes.subjects import component, finding, posture, receipt, subject

CHECKS: dict[str, Check] = {
    check.about.id: check for check in builtin() if type(check).__module__.startswith("fusion.checks.tree.")
}
PAGES = pages()
P, F, U, N = Status.PASSED, Status.FAILED, Status.NOT_ASSESSED, Status.NOT_APPLICABLE

MIT = (
    "MIT License\n\nPermission is hereby granted, free of charge, to any person\n"
    'THE SOFTWARE IS PROVIDED "AS IS", WITHOUT WARRANTY'
)
SSPL = "Server Side Public License\nVERSION 1"
W = ".github/workflows/ci.yml"
QUIET = "on: push\npermissions: {contents: read}\njobs:\n  a:\n    runs-on: ubuntu-latest\n    steps: [{run: make}]\n"
TESTING = "on: pull_request\npermissions: {}\njobs:\n  a:\n    runs-on: ubuntu-latest\n    steps: [{run: pytest -q}]\n"
RELEASES = (Release(tag="v1", assets=("x.tar.gz",)),)
ELF = b"\x7fELF\x02\x01\x01\x00"


def flow(steps: str, on: str = "pull_request", extra: str = "") -> str:
    """A workflow with one job."""
    return f"on: {on}\npermissions: {{}}\njobs:\n  a:\n    runs-on: ubuntu-latest\n{extra}    steps:\n{steps}"


HEAD = "      - uses: actions/checkout@v4\n        with: {ref: '${{ github.event.pull_request.head.sha }}'}\n"
TITLE = "      - run: |\n          echo ${{ github.event.issue.title }}\n"

TABLE: list[tuple[str, Status, dict[str, Any], dict[str, Any]]] = [
    ("licence-file", P, {"LICENSE": MIT}, {}),
    ("licence-file", P, {"LICENSES/Apache-2.0.txt": "SPDX-License-Identifier: Apache-2.0"}, {}),
    ("licence-file", F, {"a.py": "x"}, {}),
    ("licence-file", F, {"LICENSE": " \n"}, {}),
    ("licence-file", F, {"sub/LICENSE": MIT, "docs/LICENSE": MIT}, {}),
    ("licence-file", U, {"LICENSE": "All rights reserved."}, {}),
    ("licence-file", U, {"LICENSE": None}, {}),
    ("licence-file", U, {"a.py": "x"}, {"cut": "too many files"}),
    ("licence-file", N, {}, {}),
    ("licence-file", U, {}, {"cut": "too many files"}),
    ("open-licence", P, {"LICENSE": MIT}, {"posture": posture()}),
    ("open-licence", F, {"LICENSE": SSPL}, {"posture": posture()}),
    ("open-licence", U, {"LICENSE": "mine"}, {"posture": posture()}),
    ("open-licence", U, {"LICENSE": MIT}, {}),
    ("open-licence", N, {"LICENSE": SSPL}, {"posture": posture(visibility="private")}),
    ("security-policy", P, {"docs/SECURITY.md": "Report to security@example.org"}, {}),
    ("security-policy", P, {".github/security.md": "Use private vulnerability reporting"}, {}),
    ("security-policy", F, {"SECURITY.md": "We take security seriously."}, {}),
    ("security-policy", P, {"SECURITY.md": "On the **Security** tab choose **Report a vulnerability**."}, {}),
    ("security-policy", P, {"SECURITY.md": "Please report it privately, not in an issue."}, {}),
    ("security-policy", P, {"SECURITY.md": "Vulnerabilities: security@example.org"}, {}),
    ("security-policy", F, {"docs/security.rst": "Escape markup.\n\nThis closed a vulnerability: https://example.org/xss"}, {}),
    ("security-policy", F, {"docs/SECURITY.md": "We take security seriously."}, {}),
    ("security-policy", F, {"src/SECURITY.md": "Report to security@example.org"}, {}),
    ("security-policy", U, {"SECURITY.md": None}, {}),
    ("code-owners-file", P, {"CODEOWNERS": "# all\n* @o/team # us\n", "a/b.py": "x"}, {}),
    ("code-owners-file", P, {"CODEOWNERS": "/a/ @x\n/CODEOWNERS me@example.org\n", "a/b/c.py": "x"}, {}),
    ("code-owners-file", F, {"CODEOWNERS": "/a/* @x\n/CODEOWNERS @x\n", "a/b/c.py": "x"}, {}),
    ("code-owners-file", F, {"CODEOWNERS": "* @x\n/a/\n", "a/b.py": "x"}, {}),
    ("code-owners-file", F, {"CODEOWNERS": "* @x\n!a @x\n"}, {}),
    ("code-owners-file", F, {"CODEOWNERS": "* somebody\n"}, {}),
    ("code-owners-file", F, {".github/CODEOWNERS": "", "CODEOWNERS": "* @x"}, {}),
    ("code-owners-file", F, {"a": "x"}, {}),
    ("code-owners-file", U, {"CODEOWNERS": None}, {}),
    ("dangerous-workflow", P, {W: QUIET}, {}),
    ("dangerous-workflow", P, {W: flow(HEAD)}, {}),
    ("dangerous-workflow", P, {W: flow("      - run: echo \"$T\"\n        env: {T: '${{ github.head_ref }}'}\n")}, {}),
    ("dangerous-workflow", P, {W: flow("      - run: test ${{ contains(github.event.issue.title, 'x') }}\n")}, {}),
    ("dangerous-workflow", F, {W: flow(HEAD, "pull_request_target")}, {}),
    ("dangerous-workflow", F, {W: flow("      - run: gh pr checkout 1\n", "[workflow_run]")}, {}),
    ("dangerous-workflow", F, {W: flow(TITLE)}, {}),
    ("dangerous-workflow", F, {W: QUIET}, {"evidence": [finding("workflow-injection", W, tool="zizmor")]}),
    ("dangerous-workflow", U, {W: "a: [", "a": "x"}, {}),
    ("dangerous-workflow", U, {W: None}, {}),
    ("dangerous-workflow", N, {"sub/" + W: flow(TITLE)}, {}),
    ("token-permissions", P, {W: QUIET}, {}),
    ("token-permissions", P, {W: "on: push\njobs: {a: {permissions: {contents: write}, steps: []}}"}, {}),
    ("token-permissions", F, {W: "on: push\njobs: {a: {steps: []}}"}, {}),
    ("token-permissions", F, {W: "on: push\npermissions: write-all\njobs: {a: {steps: []}}"}, {}),
    ("token-permissions", F, {W: "on: push\npermissions: {}\njobs: {a: {permissions: write-all}}"}, {}),
    ("token-permissions", F, {W: "on: workflow_run\npermissions: {}\njobs: {a: {permissions: {contents: write}}}"}, {}),
    ("token-permissions", U, {W: None}, {}),
    ("token-permissions", N, {"a": "x"}, {}),
    ("workflow-secrets", P, {W: QUIET + "# ${{ toJSON(secrets) }}"}, {}),
    ("workflow-secrets", P, {W: flow("      - run: x ${{ secrets.GITHUB_TOKEN }}\n", "pull_request_target")}, {}),
    ("workflow-secrets", F, {W: flow("      - run: x ${{ secrets.KEY }}\n", "pull_request_target")}, {}),
    ("workflow-secrets", F, {W: flow("      - run: x ${{ toJSON(secrets) }}\n")}, {}),
    ("workflow-secrets", F, {W: "on: push\njobs: {a: {uses: o/r/.github/workflows/x.yml@v1, secrets: inherit}}"}, {}),
    ("workflow-secrets", U, {W: None}, {}),
    ("self-hosted-runners", P, {W: QUIET}, {}),
    ("self-hosted-runners", F, {W: QUIET.replace("ubuntu-latest", "[self-hosted, x]")}, {"posture": posture()}),
    ("self-hosted-runners", U, {W: QUIET.replace("ubuntu-latest", "self-hosted")}, {}),
    ("self-hosted-runners", U, {W: QUIET.replace("ubuntu-latest", "our-machine")}, {"posture": posture()}),
    ("self-hosted-runners", N, {W: QUIET.replace("ubuntu-latest", "self-hosted")}, {"posture": posture(visibility="private")}),
    (
        "self-hosted-runners",
        P,
        {
            W: flow("      - run: x\n", extra="    strategy: {matrix: {os: [ubuntu-24.04, windows-2025]}}\n").replace(
                "ubuntu-latest", "${{ matrix.os }}"
            )
        },
        {"posture": posture()},
    ),
    ("workflow-security", P, {W: QUIET}, {"tools": [receipt("zizmor", W)]}),
    (
        "workflow-security",
        F,
        {W: QUIET},
        {"tools": [receipt("zizmor", W)], "evidence": [finding("dangerous-trigger", W, tool="zizmor")]},
    ),
    (
        "workflow-security",
        P,
        {W: QUIET},
        {"tools": [receipt("zizmor", W)], "evidence": [finding("unpinned-action", W, tool="zizmor")]},
    ),
    ("workflow-security", U, {W: QUIET}, {}),
    ("workflow-security", U, {W: QUIET}, {"tools": [receipt("zizmor", outcome=Outcome.SKIPPED, reason="not installed")]}),
    ("workflow-security", N, {"a": "x"}, {}),
    ("ci-defined", P, {W: TESTING}, {}),
    ("ci-defined", F, {W: TESTING.replace("pull_request", "push"), "a.py": "x = 1"}, {}),
    ("ci-defined", F, {"a.py": "x = 1"}, {}),
    ("ci-defined", U, {"a.py": "x = 1", ".gitlab-ci.yml": "x"}, {}),
    ("ci-defined", U, {"a.py": "x = 1", ".ci/run": "x"}, {}),
    ("ci-defined", U, {"a.py": "x = 1", W: flow("      - run: make all\n")}, {}),
    ("ci-defined", U, {"a.py": "x = 1", W: None}, {}),
    ("ci-defined", N, {"a.txt": "x"}, {}),
    ("sast", P, {W: flow("      - uses: github/codeql-action/analyze@v3\n")}, {}),
    ("sast", P, {"a.py": "x = 1"}, {"posture": posture(security=SecuritySettings(code_scanning=True))}),
    ("sast", F, {"a.py": "x = 1"}, {"posture": posture(security=SecuritySettings(code_scanning=False))}),
    ("sast", U, {"a.py": "x = 1"}, {"posture": posture()}),
    ("sast", U, {"a.py": "x = 1"}, {}),
    ("sast", N, {"a.txt": "x"}, {}),
    (
        "code-analysed",
        P,
        {"a.py": "x = 1", "b.go": "package b"},
        {"tools": [receipt("bandit", "a.py"), receipt("ast-grep", "b.go")]},
    ),
    ("code-analysed", U, {"a.py": "x = 1", "b.go": "package b"}, {"tools": [receipt("bandit", "a.py", "b.go")]}),
    ("code-analysed", U, {"a.swift": "import x"}, {"tools": [receipt("ast-grep", "a.swift")]}),
    ("code-analysed", N, {"tests/a.py": "x = 1", "vendor/b.go": "package b"}, {}),
    ("packaging", P, {W: flow("      - run: npm publish\n", "release")}, {}),
    ("packaging", P, {W: flow("      - uses: docker/build-push-action@v6\n        with: {push: true}\n")}, {}),
    ("packaging", F, {W: QUIET}, {"posture": posture(releases=RELEASES)}),
    ("packaging", U, {W: QUIET}, {}),
    ("packaging", N, {W: QUIET}, {"posture": posture()}),
    ("sbom", P, {"a": "x"}, {"posture": posture(releases=[Release(tag="v1", assets=("app.cdx.json",))])}),
    ("sbom", P, {"sbom.json": '{"bomFormat": "CycloneDX"}'}, {}),
    ("sbom", F, {"sbom.json": "{}"}, {"posture": posture(releases=RELEASES)}),
    ("sbom", U, {W: flow("      - run: syft . -o spdx\n")}, {"posture": posture(releases=RELEASES)}),
    ("sbom", U, {"a": "x"}, {}),
    ("sbom", N, {"a": "x"}, {"posture": posture()}),
    ("secrets-in-tree", P, {"a.py": "password = read()"}, {"tools": [receipt("secrets", "a.py")]}),
    ("secrets-in-tree", F, {"a.py": "k"}, {"evidence": [finding("private-key", "a.py", tool="secrets")]}),
    (
        "secrets-in-tree",
        P,
        {"a.py": "password = read()"},
        {
            "tools": [receipt("secrets", "a.py")],
            "evidence": [finding("hardcoded-secret", "a.py", tool="secrets", confidence=Confidence.POSSIBLE)],
        },
    ),
    ("secrets-in-tree", U, {"a.py": "password = read()"}, {}),
    ("secrets-in-tree", U, {"a.py": "password = read()", "b.py": "password = 123"}, {"tools": [receipt("secrets", "a.py")]}),
    ("secrets-in-tree", U, {"a.py": "password = read()", "go.mod": "module example"}, {"tools": [receipt("secrets", "a.py")]}),
    ("secrets-in-tree", U, {"yarn.lock": "# yarn lockfile"}, {"tools": [receipt("secrets", outcome=Outcome.SKIPPED)]}),
    ("secrets-in-tree", U, {"a.txt": b"\xff\xfek\0e\0y\0=\0"}, {"tools": [receipt("secrets")]}),
    ("secrets-in-tree", P, {"go.mod": "module example"}, {"tools": [receipt("secrets", "go.mod")]}),
    ("secrets-in-tree", N, {"logo.png": "a picture of one", "a.py": "x = 1"}, {"tools": [receipt("secrets")]}),
    ("secrets-in-tree", U, {"a.py": "x = 1"}, {"cut": "too many files", "tools": [receipt("secrets")]}),
    (
        "secrets-in-tree",
        U,
        {"go.mod": "module example"},
        {"policy": Policy(ignore=("go.mod",)), "tools": [receipt("secrets", outcome=Outcome.SKIPPED)]},
    ),
    ("secrets-in-history", U, {"a": "x"}, {}),
    ("secrets-in-history", U, {"a": "x"}, {"policy": Policy.model_validate({"scans": {"history": True}})}),
    (
        "secrets-in-history",
        U,
        {"a": "x"},
        {
            "policy": Policy.model_validate({"scans": {"history": True}}),
            "tools": [receipt("secrets-history", outcome=Outcome.CUT, reason="too many commits")],
        },
    ),
    (
        "secrets-in-history",
        P,
        {"a": "x"},
        {"policy": Policy.model_validate({"scans": {"history": True}}), "tools": [receipt("secrets-history", "c1")]},
    ),
    (
        "secrets-in-history",
        F,
        {"a": "x"},
        {
            "policy": Policy.model_validate({"scans": {"history": True}}),
            "evidence": [finding("private-key", "old.pem", tool="secrets-history")],
        },
    ),
    ("binary-artifacts", P, {"a.py": "x", "b.lib": "text"}, {}),
    ("binary-artifacts", F, {"bin/tool": ELF}, {}),
    ("binary-artifacts", F, {"x.pyc": b"a\0b"}, {}),
    ("binary-artifacts", F, {"gradle/wrapper/gradle-wrapper.jar": b"PK\x03\x04"}, {}),
    (
        "binary-artifacts",
        P,
        {"gradle/wrapper/gradle-wrapper.jar": b"PK\x03\x04", W: flow("      - uses: gradle/actions/wrapper-validation@v4\n")},
        {},
    ),
    ("binary-artifacts", U, {"x.so.1": None}, {}),
    ("dependency-update-tool", P, {"renovate.json": "{}"}, {}),
    ("dependency-update-tool", N, {"a": "x"}, {}),
    ("dependency-update-tool", U, {"package.json": "{"}, {"inventory": Inventory(unread=(("package.json", "It ends."),))}),
    ("dependency-update-tool", N, {"pyproject.toml": "[tool.x]", "a.py": "x = 1"}, {}),
    ("dependency-update-tool", F, {"a": "x"}, {"inventory": Inventory(components=(component("npm", "x"),))}),
    (
        "dependency-update-tool",
        P,
        {".github/dependabot.yml": "updates: [{package-ecosystem: npm}]"},
        {"inventory": Inventory(components=(component("npm", "x"),))},
    ),
    (
        "dependency-update-tool",
        F,
        {".github/dependabot.yml": "updates:\n- {package-ecosystem: npm, open-pull-requests-limit: 0}\n"},
        {"inventory": Inventory(components=(component("npm", "x"),))},
    ),
    ("dependency-update-tool", U, {".github/dependabot.yml": None}, {}),
    ("dependency-update-tool", U, {".github/dependabot.yml": "a: ["}, {}),
    ("fuzzing", P, {"x_test.go": "func FuzzX(f *testing.F) {\n"}, {}),
    ("fuzzing", P, {"a.py": "x = 1"}, {"inventory": Inventory(components=(component("pypi", "hypothesis"),))}),
    ("fuzzing", P, {".clusterfuzzlite/Dockerfile": "FROM x"}, {}),
    ("fuzzing", F, {"x_test.go": "func TestX(t *testing.T) {\n"}, {}),
    ("fuzzing", U, {"x_test.go": None}, {}),
    ("fuzzing", U, {"a.py": "x = 1"}, {"inventory": Inventory(unread=(("package.json", "It ends."),))}),
    ("fuzzing", F, {"pyproject.toml": "[tool.x]", "a.py": "x = 1"}, {}),
    ("fuzzing", N, {"a.txt": "x"}, {}),
    ("infrastructure", P, {"main.tf": "x {}"}, {"tools": [receipt("checkov", "main.tf")]}),
    ("infrastructure", F, {"main.tf": "x {}"}, {"evidence": [finding("open-network", "main.tf", tool="checkov")]}),
    ("infrastructure", U, {"main.tf": "x {}"}, {}),
    ("infrastructure", U, {"k8s/a.yaml": None}, {}),
    ("infrastructure", N, {"tests/main.tf": "x {}", "a.yaml": "a: 1"}, {}),
    ("container-images", P, {"Dockerfile": "FROM a AS b\nUSER 1000\nFROM b\nENV TOKEN=$X\n"}, {}),
    ("container-images", P, {"Dockerfile": "FROM gcr.io/distroless/static:nonroot\n"}, {}),
    ("container-images", F, {"Dockerfile": "FROM a\n"}, {}),
    ("container-images", F, {"Dockerfile": "FROM a\nUSER 1\nUSER root\n"}, {}),
    ("container-images", F, {"Dockerfile": "FROM a\nUSER 1\nENV A=1 \\\n  DB_PASSWORD=x\n"}, {}),
    ("container-images", F, {"Dockerfile": "FROM a\nUSER 1\nCOPY .env /app/\n"}, {}),
    ("container-images", U, {"Dockerfile": "FROM a\nUSER $WHO\n"}, {}),
    ("container-images", U, {"Dockerfile": None}, {}),
    ("container-images", N, {"tests/Dockerfile": "FROM a\n"}, {}),
    ("tests-present", P, {"a.py": "x", "tests/test_a.py": "x"}, {}),
    ("tests-present", F, {"a.py": "x"}, {}),
    ("tests-present", U, {"src/lib.rs": "x"}, {}),
    ("tests-present", N, {"a.md": "x"}, {}),
    ("readme", P, {"README.md": "words " * 40}, {}),
    ("readme", F, {"README.md": "# x"}, {}),
    ("readme", F, {"sub/README.md": "words " * 40}, {}),
    ("readme", U, {"README": None}, {}),
    ("contribution-guide", P, {"CONTRIBUTING.md": "Fork it."}, {}),
    ("contribution-guide", P, {"README.md": "# x\n\n## Contributing\nFork it."}, {}),
    ("contribution-guide", F, {"README.md": "# x", "CONTRIBUTING.md": "\n"}, {}),
    ("contribution-guide", U, {"CONTRIBUTING.md": None}, {}),
    ("change-log", P, {"CHANGELOG.md": "x"}, {}),
    ("change-log", F, {"a": "x"}, {"posture": posture(releases=RELEASES)}),
    ("change-log", U, {"a": "x"}, {}),
    ("change-log", N, {"a": "x"}, {"posture": posture()}),
    ("vendored-code", P, {"vendor/a.go": "x", "vendor/modules.txt": "x"}, {}),
    ("vendored-code", F, {"lib/third_party/a.c": "x"}, {}),
    ("vendored-code", U, {"a": "x"}, {"cut": "too many"}),
    ("vendored-code", N, {"a.c": "x"}, {}),
    ("large-files", P, {"a": "x"}, {}),
    ("large-files", F, {"a": b"x" * 10_000_001}, {}),
    ("large-files", U, {"a": "x"}, {"cut": "too many"}),
    ("data-residency", U, {}, {}),
    ("data-residency", N, {}, {"host": Host()}),
    ("data-residency", N, {}, {"host": Host(), "policy": Policy.model_validate({"models": {"local": ["**"]}})}),
    ("data-residency", P, {}, {"host": Host(endpoints=(("g", "local"),))}),
    ("data-residency", P, {}, {"policy": Policy.model_validate({"models": {"local": ["**"]}})}),
    ("data-residency", N, {}, {"host": Host(local_only=False, endpoints=(("e", "eastus"),))}),
    (
        "data-residency",
        F,
        {},
        {
            "host": Host(local_only=False, endpoints=(("e", "eastus"), ("g", "local"))),
            "policy": Policy.model_validate({"models": {"regions": ["westeurope"]}}),
        },
    ),
    (
        "data-residency",
        P,
        {},
        {
            "host": Host(local_only=False, endpoints=(("e", "WestEurope"),)),
            "policy": Policy.model_validate({"models": {"regions": ["westeurope"]}}),
        },
    ),
    (
        "data-residency",
        U,
        {},
        {
            "host": Host(local_only=False, endpoints=(("e", ""),)),
            "policy": Policy.model_validate({"models": {"regions": ["westeurope"]}}),
        },
    ),
]


def assessed(check: str, files: dict[str, Any], more: dict[str, Any]) -> CheckResult:
    """The check's result; and that what it wants is what the subject was given."""
    return CHECKS[check].assess(subject(files, **more))


@pytest.mark.parametrize(("check", "status", "files", "more"), TABLE, ids=[f"{row[0]}-{n}" for n, row in enumerate(TABLE)])
def test_every_state(check: str, status: Status, files: dict[str, Any], more: dict[str, Any]) -> None:
    result = assessed(check, files, more)
    assert result.status is status, result.reason
    assert result.check == check
    assert result.reason.endswith(".")
    wanted = {path for path in files if CHECKS[check].wants(path)}
    hosts = {Source.HOST, Source.HISTORY} & CHECKS[check].about.reads
    if status is P and not hosts and any(files[path] is None for path in wanted):
        pytest.fail("It passed although a file that it wants was not read.")


def test_the_table_knows_every_check_that_is_no_weakness() -> None:
    weaknesses = {name for name, check in CHECKS.items() if hasattr(check, "families")}
    assert {row[0] for row in TABLE} == CHECKS.keys() - weaknesses
    assert len(weaknesses) > 25
    assert {name for name, check in CHECKS.items() if f"## {name}\n" not in PAGES or len(documentation(check)) < 100} == set()


@pytest.mark.parametrize("moved", [0, 7])
def test_deviations_keep_their_fingerprints_when_lines_move(moved: int) -> None:
    text = "\n" * moved + flow(TITLE, "pull_request_target")
    result = assessed("dangerous-workflow", {W: text}, {})
    first = assessed("dangerous-workflow", {W: flow(TITLE, "pull_request_target")}, {})
    assert [one.fingerprint for one in result.deviations] == [one.fingerprint for one in first.deviations]
    assert result.deviations[0].line == first.deviations[0].line + moved
    assert result.deviations[0].severity is Severity.CRITICAL


def test_an_injection_is_told_once_and_another_place_is_added() -> None:
    text = flow(TITLE)
    line = text.split("\n").index("          echo ${{ github.event.issue.title }}") + 1
    same = finding("workflow-injection", W, tool="zizmor", line=line)
    other = finding("workflow-injection", W, tool="zizmor", line=40, fingerprint="e" * 16)
    assert len(assessed("dangerous-workflow", {W: text}, {"evidence": [same]}).deviations) == 1
    assert len(assessed("dangerous-workflow", {W: text}, {"evidence": [same, other]}).deviations) == 2


def test_texts_that_the_secrets_scanner_passes_over_are_told_by_kind() -> None:
    passed_over = ("a.svg", "b.svg", "x/go.mod", "js/app.min.js", "js/app.js.map")
    files = dict.fromkeys([*passed_over, "a.py", "jquery.js"], "password = read()")
    scanned = receipt("secrets", "a.py", unread={"jquery.js": "betterleaks passes over files at such a path"})
    result = assessed("secrets-in-tree", files, {"tools": [scanned]})
    assert result.status is U
    assert "5 text files here: 2 *.svg, 1 *.map, 1 *.min.js, 1 go.mod." in result.reason
    assert "secrets did not read jquery.js (betterleaks passes over" in result.reason


def test_a_passed_scan_for_secrets_tells_what_policy_ignores() -> None:
    more = {"policy": Policy(ignore=("go.mod",)), "tools": [receipt("secrets", "a.py")]}
    result = assessed("secrets-in-tree", {"a.py": "password = read()", "go.mod": "module example"}, more)
    assert (result.status, result.reason) == (P, "No secret in 1 file (a.py). Ignored by policy: 1 file.")


def test_hidden_permissions_of_unknown_settings_are_named() -> None:
    dark = Unknown(why="The token may not read security settings.", permission="security_events: read")
    result = assessed("sast", {"a.py": "x = 1"}, {"posture": posture(security=dark)})
    assert result.status is U
    assert result.permission == "security_events: read"
