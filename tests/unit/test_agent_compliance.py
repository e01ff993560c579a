from __future__ import annotations

import json

import pytest

from agents.compliance import Compliance
from fusion.agent import Skip
from fusion.model import Category, Confidence, Severity, Side
from fusion.policy import Policy
from fusion.reading.dependencies import UnreadableManifest, dependencies
from fusion.reading.licences import identified
from fusion.reading.lookalikes import lookalike
from tests.samples.agents.changes import case, findings, rules, seen

AGENT = Compliance()


def said(path: str, before: str | None, after: str | None) -> list[str]:
    return rules(AGENT, case({path: (before, after)}))


class TestManifests:
    @pytest.mark.parametrize(
        ("path", "text", "expected"),
        [
            (
                "requirements-dev.txt",
                "A_b==1 \\\n  --hash=sha256:1\n# x\n-r b.txt\nc[x]>=2 ; os_name=='nt'\n-e .\nd\n",
                [("a-b", "==1", 1), ("c", ">=2", 5), ("d", "", 7)],
            ),
            (
                "pyproject.toml",
                '[project]\ndependencies = [\n  "a>=1; os_name == \'nt\'",\n]\n[project.optional-dependencies]\nx = ["b"]\n'
                '[dependency-groups]\ny = ["c~=2"]\n'
                '[tool.poetry.dependencies]\npython = "3"\nd = "^1"\n',
                [("a", ">=1", 3), ("b", "", 6), ("c", "~=2", 8), ("d", "^1", 11)],
            ),
            (
                "web/package.json",
                '{\n "name": "a",\n "dependencies": {\n  "a": "^1",\n  "@b/c": "2"\n }\n}',
                [("a", "^1", 4), ("@b/c", "2", 5)],
            ),
            (
                "go.mod",
                "module x\n\nrequire a.com/b v1.0.0\nrequire (\n\tc.com/d v1\n)\n",
                [("a.com/b", "v1.0.0", 3), ("c.com/d", "v1", 5)],
            ),
            ("Cargo.toml", '[dependencies]\na = "1"\n[dependencies.c]\nversion = "*"\n', [("a", "1", 2), ("c", "*", 3)]),
            (
                "pom.xml",
                '<?xml version="1.0" encoding="UTF-8"?>\n<project xmlns="http://maven.apache.org/POM/4.0.0"><dependencies><dependency>\n'
                "<groupId>g</groupId><artifactId>a</artifactId><version>1</version></dependency></dependencies></project>",
                [("g:a", "1", 3)],
            ),
            ("Gemfile", "source 'x'\ngem 'a', '~> 1'\ngem \"b\"\n", [("a", "~> 1", 2), ("b", "", 3)]),
            (
                "Dockerfile",
                "FROM --platform=x python:3.12 AS base\nFROM base\nFROM node\nFROM r:5000/x@sha256:1\nFROM $X\nFROM scratch\n",
                [("python", "3.12", 1), ("node", "", 3), ("r:5000/x", "sha256:1", 4)],
            ),
            ("notes.txt", "a==1\n", []),
            ("constraints.txt", "a==1\n", []),
        ],
    )
    def test_reads(self, path: str, text: str, expected: list[tuple[str, str, int]]) -> None:
        assert [(item.name, item.version, item.line) for item in dependencies(path, text)] == expected

    @pytest.mark.parametrize(
        ("path", "text", "why"),
        [
            ("pom.xml", '<!DOCTYPE x [<!ENTITY a "b">]><x>&a;</x>', "document type"),
            ("pom.xml", "<x>" * 10, "not valid XML"),
            ("package.json", "[" * 100_000, "nested too deep"),
            ("package.json", "[]", "not a JSON object"),
            ("pyproject.toml", "a=" + "[" * 100_000, "nested too deep"),
            ("Cargo.toml", "a." * 40_000 + "b=1", "64 parts"),
            ("Cargo.toml", "a = ", "not valid TOML"),
            ("requirements.txt", "a\n" * 200_000, "longer than"),
            ("requirements.txt", "a\n" * 6_000, "more than"),
        ],
    )
    def test_refuses(self, path: str, text: str, why: str) -> None:
        with pytest.raises(UnreadableManifest, match=why):
            dependencies(path, text)

    def test_what_cannot_be_read_is_named(self) -> None:
        tasks = AGENT.tasks(case({"pyproject.toml": ("", "a = ")}))
        assert not isinstance(tasks, Skip)
        assert tasks[0].read == ()
        assert [item.path for item in tasks[0].unread] == ["pyproject.toml"]


REQUIREMENTS = "requests==2.31.0\nrich==13.0\nclick==8.1\n"


class TestNewDependencies:
    @pytest.mark.parametrize(
        ("path", "before", "after"),
        [
            ("requirements.txt", REQUIREMENTS, REQUIREMENTS + "leftpad==1.0\n"),
            ("pyproject.toml", '[project]\ndependencies = ["a>=1"]\n', '[project]\ndependencies = ["a>=1", "leftpad>=2"]\n'),
            ("package.json", '{"dependencies": {}}', '{"dependencies": {"left-pad": "^1.0.0"}}'),
            ("Cargo.toml", "[dependencies]\n", '[dependencies]\nleft = "1"\n'),
            ("pom.xml", "<a/>", "<a><dependency><artifactId>b</artifactId><version>1</version></dependency></a>"),
            ("Gemfile", "gem 'a'\n", "gem 'a'\ngem 'b'\n"),
            ("go.mod", "module x\n", "module x\n\nrequire a.com/b v1.0.0\n"),
        ],
    )
    def test_is_told(self, path: str, before: str, after: str) -> None:
        assert said(path, before, after) == ["compliance/new-dependency"]

    def test_names_all_at_the_first_line(self) -> None:
        found = findings(AGENT, case({"requirements.txt": (REQUIREMENTS, REQUIREMENTS + "aa==1\nbb==1\n")}))
        assert [(item.title, item.location.line, item.severity) for item in found] == [
            ("New dependencies: `aa` and `bb`", 4, Severity.LOW)
        ]

    @pytest.mark.parametrize(
        ("before", "after"),
        [
            (REQUIREMENTS, REQUIREMENTS.replace("13.0", "14.0")),
            (REQUIREMENTS, "\n".join(reversed(REQUIREMENTS.split("\n")))),
            (REQUIREMENTS, "# pinned\n" + REQUIREMENTS.replace("rich", "Rich")),
            (REQUIREMENTS, "rich==13.0\n"),
            (REQUIREMENTS, REQUIREMENTS + "-e ./local\n"),
        ],
    )
    def test_nothing_new(self, before: str, after: str) -> None:
        assert said("requirements.txt", before, after) == []

    def test_moved_from_what_only_running_it_tells(self) -> None:
        files: dict[str, tuple[str | None, str | None]] = {
            "setup.py": ('needs = ["left_pad>=1", "rich"]\nsetup(install_requires=needs)\n', None),
            "pyproject.toml": ("[project]\n", '[project]\ndependencies = ["left-pad>=1", "rich>=2", "other>=1"]\n'),
        }
        assert [item.title for item in findings(AGENT, case(files))] == ["New dependency: `other`"]

    def test_told_once_for_several_manifests(self) -> None:
        files = {
            "requirements/main.txt": ("rich==13.0\n", "leftpad==1.0\nrich==13.0\n"),
            "requirements/main.in": ("rich\n", "leftpad\nrich\n"),
        }
        assert [item.location.path for item in findings(AGENT, case(files))] == ["requirements/main.in"]

    @pytest.mark.parametrize(
        ("origin", "expected"),
        [
            ("    # via rich\n", []),
            ("    # via\n    #   click\n    #   rich\n", []),
            ("    # via -r requirements.in\n", ["compliance/new-dependency"]),
            ("    # via\n    #   rich\n    #   shop (pyproject.toml)\n", ["compliance/new-dependency"]),
            ("# via rich\n", ["compliance/new-dependency"]),
        ],
    )
    def test_what_a_resolver_took_in_for_another_one(self, origin: str, expected: list[str]) -> None:
        assert said("requirements.txt", "rich==13.0\n", f"rich==13.0\nleftpad==1.0\n{origin}") == expected

    @pytest.mark.parametrize(
        ("path", "before", "after"),
        [
            ("requirements/dev.txt", "a==1\n", "a==1\nb==1\n"),
            ("dev-requirements.txt", "a==1\n", "a==1\nb==1\n"),
            ("package.json", '{"devDependencies": {}}', '{"devDependencies": {"b": "^1.0.0"}}'),
            ("pyproject.toml", "[project]\n", '[dependency-groups]\ndev = ["b>=1"]\n'),
            ("Cargo.toml", "[dependencies]\n", '[dependencies]\n[dev-dependencies]\nb = "1"\n'),
        ],
    )
    def test_for_those_who_work_on_it_only(self, path: str, before: str, after: str) -> None:
        assert [item.severity for item in findings(AGENT, case({path: (before, after)}))] == [Severity.INFO]

    def test_moved_to_another_manifest(self) -> None:
        made = case(
            {
                "requirements.txt": (REQUIREMENTS, "rich==13.0\n"),
                "pyproject.toml": ("[project]\n", '[project]\ndependencies = ["requests>=2", "click"]\n'),
            }
        )
        assert "compliance/new-dependency" not in rules(AGENT, made)

    def test_a_new_manifest_is_a_new_project(self) -> None:
        assert said("requirements.txt", None, REQUIREMENTS) == []

    @pytest.mark.parametrize(
        ("path", "before", "after", "severity"),
        [
            ("requirements.txt", "a==1\n", "a==1\nb @ git+https://h/b.git\n", Severity.MEDIUM),
            ("requirements.txt", "a==1\n", "a @ https://h/a.whl\n", Severity.MEDIUM),
            ("requirements.txt", "a==1\n", "a==1\nb @ http://h/b.whl\n", Severity.HIGH),
            ("package.json", '{"dependencies": {"a": "1"}}', '{"dependencies": {"a": "user/a"}}', Severity.MEDIUM),
            ("Gemfile", "gem 'a'\n", "gem 'a', github: 'x/a'\n", Severity.MEDIUM),
            (
                "Cargo.toml",
                '[dependencies]\na = "1"\n',
                '[dependencies]\na = { git = "https://h/a", branch = "main" }\n',
                Severity.MEDIUM,
            ),
        ],
    )
    def test_from_an_address(self, path: str, before: str, after: str, severity: Severity) -> None:
        found = [
            item
            for item in findings(AGENT, case({path: (before, after)}))
            if item.evidence[0].rule == "compliance/dependency-address"
        ]
        assert [item.severity for item in found] == [severity]

    def test_addresses_of_one_manifest_are_told_together(self) -> None:
        lines = [f"https://host.example/team/{name}/archive/refs/heads/main.tar.gz" for name in ("one", "two")]
        lines += ["https://host.example/files/three-1.2.tar.gz", "http://host.example/four.zip"]
        found = findings(AGENT, case({"requirements.txt": ("a==1\n", "a==1\n" + "\n".join(lines) + "\n")}))
        told = [(item.title, item.location.line) for item in found if item.evidence[0].rule == "compliance/dependency-address"]
        assert sorted(told, key=lambda item: item[1]) == [
            ("`one`, `two` and `three` are taken from addresses and not from the registry", 2),
            ("`four` is taken from an address and not from the registry", 5),
        ]

    @pytest.mark.parametrize(
        ("before", "after"),
        [
            ("a @ git+https://h/a.git\n", "# why\na @ git+https://h/a.git\n"),
            ("a==1\n", f"a @ git+https://h/a.git@{'0a' * 20}\n"),
            ("a==1\n", "a==2\n"),
        ],
    )
    def test_not_from_an_address(self, before: str, after: str) -> None:
        assert said("requirements.txt", before, after) == []

    @pytest.mark.parametrize(
        ("path", "before", "after"),
        [
            ("requirements.txt", REQUIREMENTS, REQUIREMENTS + "leftpad\n"),
            ("requirements.txt", REQUIREMENTS, REQUIREMENTS + "leftpad>=1\n"),
            ("requirements.txt", REQUIREMENTS, REQUIREMENTS.replace("==13.0", "")),
            ("package.json", '{"dependencies": {"a": "^1"}}', '{"dependencies": {"a": "*"}}'),
            ("package.json", '{"dependencies": {"a": "^1"}}', '{"dependencies": {"a": "latest"}}'),
            ("Cargo.toml", '[dependencies]\na = "1"\n', '[dependencies]\na = "*"\n'),
        ],
    )
    def test_unpinned(self, path: str, before: str, after: str) -> None:
        assert "compliance/unpinned-dependency" in said(path, before, after)

    @pytest.mark.parametrize(
        ("path", "before", "after"),
        [
            ("requirements.txt", "a>=1\n", "a>=1\nb>=2\n"),
            ("requirements.txt", "a\n", "# x\na\n"),
            ("requirements.in", "a\n", "a\nb\n"),
            ("Gemfile", "gem 'a'\n", "gem 'a'\ngem 'b'\n"),
            ("package.json", "{}", '{"dependencies": {"a": "~1.2.3"}}'),
            ("pyproject.toml", "[project]\n", '[dependency-groups]\ndev = ["a", "b"]\n'),
            ("pyproject.toml", '[project]\ndependencies = ["a"]\n', '[project]\ndependencies = ["a", "b"]\n'),
            ("examples/shop/pyproject.toml", "[project]\n", '[project]\ndependencies = ["a"]\n'),
        ],
    )
    def test_pinned_enough(self, path: str, before: str, after: str) -> None:
        assert "compliance/unpinned-dependency" not in said(path, before, after)

    @pytest.mark.parametrize("name", ["reqeusts", "requets", "requestss", "djnago", "numpi", "py-yaml"])
    def test_lookalike(self, name: str) -> None:
        found = findings(AGENT, case({"requirements.txt": ("a==1\n", f"a==1\n{name}==1\n")}))
        near = [item for item in found if item.family == "lookalike-dependency"]
        assert [(item.severity, item.confidence) for item in near] == [(Severity.HIGH, Confidence.POSSIBLE)]

    @pytest.mark.parametrize("name", ["requests", "request", "preact", "attrs", "boto", "flask-login", "typing", "Django"])
    def test_no_lookalike(self, name: str) -> None:
        assert lookalike("npm" if name == "preact" else "pypi", name) is None


class TestImages:
    @pytest.mark.parametrize(
        ("before", "after"),
        [
            ("FROM python:3.12\n", "FROM python\n"),
            ("FROM python:3.12\n", "FROM python:latest\n"),
            (None, "FROM node AS build\nRUN x\n"),
        ],
    )
    def test_unpinned(self, before: str | None, after: str) -> None:
        assert said("Dockerfile", before, after) == ["compliance/unpinned-image"]

    @pytest.mark.parametrize(
        ("before", "after"),
        [
            ("FROM python\n", "FROM python\nRUN x\n"),
            ("", "FROM python:3.12-slim AS base\nFROM base\n"),
            ("", "ARG V\nFROM python:$V\nFROM scratch\n"),
            ("FROM python:3.12\n", "FROM python:3.13\n"),
        ],
    )
    def test_pinned(self, before: str, after: str) -> None:
        assert said("Dockerfile", before, after) == []


PACKAGE = '{"dependencies": {"aa": "^1"}}'
PACKAGE_MORE = '{"dependencies": {"aa": "^1", "bb": "^2"}}'


class TestLockFiles:
    def test_changed_but_without_it(self) -> None:
        made = case({"package.json": (PACKAGE, PACKAGE_MORE), "package-lock.json": ('{"aa": 1}', '{"aa": 2}')})
        assert rules(AGENT, made) == ["compliance/new-dependency", "compliance/stale-lock-file"]

    def test_known_but_not_changed(self) -> None:
        made = case({"web/package.json": (PACKAGE, PACKAGE_MORE)}, context={"yarn.lock": "aa@^1:\n"})
        assert "compliance/stale-lock-file" in rules(AGENT, made)

    def test_go_sum_always_exists(self) -> None:
        before = "module x\n\nrequire a.com/b v1.0.0\n"
        after = before + "require c.com/d v1.0.0\n"
        assert "compliance/stale-lock-file" in said("go.mod", before, after)

    @pytest.mark.parametrize(
        "files",
        [
            {"package.json": (PACKAGE, PACKAGE_MORE), "package-lock.json": ('{"aa": 1}', '{"aa": 1, "bb": 2}')},
            {"package.json": (PACKAGE, PACKAGE_MORE)},
            {"package.json": (PACKAGE, PACKAGE.replace("{", "{ "))},
            {"package.json": (PACKAGE, PACKAGE_MORE), "yarn.lock": (None, "bb@^2:\n")},
        ],
    )
    def test_in_step(self, files: dict[str, tuple[str | None, str | None]]) -> None:
        assert "compliance/stale-lock-file" not in rules(AGENT, case(files))

    def test_removed(self) -> None:
        found = findings(AGENT, case({"web/yarn.lock": ("aa\n", None)}))
        assert [(item.evidence[0].rule, item.location.side) for item in found] == [("compliance/lock-file-removed", Side.LEFT)]
        assert rules(AGENT, case({"yarn.lock": ("aa\n", None), "package-lock.json": (None, "{}")})) == []
        assert rules(AGENT, case({"yarn.lock": ("aa\n", None), "package.json": (PACKAGE, None)})) == []


MIT = (
    "MIT License\n\nCopyright (c) 2020 A\n\nPermission is hereby granted, free of charge, to any person\n"
    'THE SOFTWARE IS PROVIDED "AS IS"\n'
)
GPL = "GNU GENERAL PUBLIC LICENSE\nVersion 3, 29 June 2007\n"


class TestLicences:
    @pytest.mark.parametrize(
        ("path", "before", "after", "rule", "severity"),
        [
            ("LICENSE", MIT, GPL, "compliance/licence-changed", Severity.HIGH),
            ("COPYING.md", GPL, MIT, "compliance/licence-changed", Severity.MEDIUM),
            ("LICENSE", MIT, MIT + "But not on Sundays.\n", "compliance/licence-text", Severity.MEDIUM),
            ("LICENCE.txt", MIT, None, "compliance/licence-removed", Severity.HIGH),
            (
                "pyproject.toml",
                '[project]\nlicense = "MIT"\n',
                '[project]\nlicense = "Apache-2.0"\n',
                "compliance/licence-changed",
                Severity.MEDIUM,
            ),
            ("package.json", '{"license": "MIT"}', '{"license": "AGPL-3.0"}', "compliance/licence-changed", Severity.HIGH),
            ("Cargo.toml", '[package]\nlicense = "MIT"\n', "[package]\n", "compliance/licence-changed", Severity.MEDIUM),
            (
                "pom.xml",
                "<p><licenses><license><name>MIT</name></license></licenses></p>",
                "<p><licenses><license><name>GPL-3.0</name></license></licenses></p>",
                "compliance/licence-changed",
                Severity.HIGH,
            ),
            (
                "a.py",
                "# SPDX-License-Identifier: MIT\nx = 1\n",
                "# SPDX-License-Identifier: GPL-3.0\nx = 1\n",
                "compliance/licence-changed",
                Severity.HIGH,
            ),
            ("a.c", "/* SPDX-License-Identifier: MIT */\nint x;\n", "int x;\n", "compliance/header-removed", Severity.LOW),
        ],
    )
    def test_changes(self, path: str, before: str, after: str | None, rule: str, severity: Severity) -> None:
        found = findings(AGENT, case({path: (before, after)}))
        assert [(item.evidence[0].rule, item.severity) for item in found] == [(rule, severity)]

    @pytest.mark.parametrize(
        ("path", "before", "after"),
        [
            ("LICENSE", MIT, MIT.replace("2020 A", "2020-2026 A and B")),
            ("LICENSE", MIT, MIT.replace(" to any", "\nto any")),
            ("LICENSE", None, MIT),
            ("pyproject.toml", '[project]\nlicense = "MIT"\n', '[project]\nname = "x"\nlicense = "MIT"\n'),
            ("package.json", "{}", '{"license": "MIT"}'),
            ("pyproject.toml", '[project]\nlicense = {file = "LICENSE.txt"}\n', '[project]\nlicense = "MIT"\n'),
            ("pyproject.toml", '[project]\nlicense = "MIT"\n', '[project]\nlicense = {file = "LICENSE.txt"}\n'),
            (
                "pyproject.toml",
                '[project]\nlicense = "MIT"\n',
                '[project]\nclassifiers = ["License :: OSI Approved :: MIT License"]\n',
            ),
            ("package.json", '{"license": "MIT"}', '{"license": "SEE LICENSE IN LICENSE"}'),
            ("a.py", "# SPDX-License-Identifier: MIT\nx = 1\n", "#!/usr/bin/python\n# SPDX-License-Identifier: MIT\nx = 2\n"),
            ("license_plates.py", "x = 1\n", "x = 2\n"),
            ("docs/license.md", "Ours is MIT.\n", "Ours is the MIT licence.\n"),
        ],
    )
    def test_no_change(self, path: str, before: str | None, after: str) -> None:
        assert said(path, before, after) == []

    def test_header_missing_where_it_is_the_custom(self) -> None:
        old = {f"a{n}.py": ("# SPDX-License-Identifier: MIT\n", "# SPDX-License-Identifier: MIT\nx = 1\n") for n in range(3)}
        assert rules(AGENT, case({**old, "new.py": (None, "x = 1\n")})) == ["compliance/header-missing"]
        assert rules(AGENT, case({**old, "new.js": (None, "x = 1\n")})) == []
        assert rules(AGENT, case({**old, "b.py": ("x\n", "y\n"), "new.py": (None, "x = 1\n")})) == []

    def test_renamed_file(self) -> None:
        assert rules(AGENT, case({"LICENSE.rst": (MIT, None), "LICENSE.txt": (None, MIT)})) == []

    def test_identified(self) -> None:
        assert (identified(MIT), identified(GPL), identified("Do what you like.")) == ("MIT", "GPL-3.0", "")


FLOW = (
    "name: ci\non: [push, pull_request]\npermissions:\n  contents: read\njobs:\n  test:\n    runs-on: ubuntu-latest\n"
    "    steps:\n      - uses: actions/checkout@" + "0a" * 20 + "\n      - run: make\n"
)
PATH = ".github/workflows/ci.yml"


class TestWorkflows:
    @pytest.mark.parametrize(
        ("after", "rule", "severity"),
        [
            (FLOW.replace("contents: read", "contents: write"), "compliance/workflow-permissions", Severity.MEDIUM),
            (
                FLOW.replace("permissions:\n  contents: read", "permissions: write-all"),
                "compliance/workflow-permissions",
                Severity.HIGH,
            ),
            (
                FLOW.replace("  contents: read", "  contents: read\n  issues: write"),
                "compliance/workflow-permissions",
                Severity.LOW,
            ),
            (
                FLOW.replace("    runs-on", "    permissions:\n      packages: write\n    runs-on"),
                "compliance/workflow-permissions",
                Severity.MEDIUM,
            ),
            (FLOW.replace("permissions:\n  contents: read\n", ""), "compliance/workflow-permissions", Severity.MEDIUM),
            (FLOW.replace("pull_request]", "pull_request_target]"), "compliance/workflow-trigger", Severity.HIGH),
            (
                FLOW.replace("on: [push, pull_request]", "on:\n  pull_request_target:\n    types: [opened]"),
                "compliance/workflow-trigger",
                Severity.HIGH,
            ),
            (
                FLOW.replace("pull_request]", "pull_request_target]").replace(
                    "      - run", "        with:\n          ref: ${{ github.event.pull_request.head.sha }}\n      - run"
                ),
                "compliance/workflow-trigger",
                Severity.CRITICAL,
            ),
            (FLOW + "      - uses: someone/deploy@v2\n", "compliance/unpinned-action", Severity.MEDIUM),
            (FLOW + "      - uses: actions/setup-node@v4\n", "compliance/unpinned-action", Severity.LOW),
            (FLOW + "      - uses: docker://alpine\n", "compliance/unpinned-action", Severity.MEDIUM),
            (
                FLOW + f"  call:\n    uses: a/b/.github/workflows/x.yml@{'0a' * 20}\n    secrets: inherit\n",
                "compliance/workflow-secrets",
                Severity.LOW,
            ),
        ],
    )
    def test_may_do_more(self, after: str, rule: str, severity: Severity) -> None:
        found = findings(AGENT, case({PATH: (FLOW, after)}))
        assert [(item.evidence[0].rule, item.severity) for item in found] == [(rule, severity)]
        assert found[0].confidence is Confidence.CERTAIN

    @pytest.mark.parametrize(
        ("before", "after"),
        [
            (FLOW.replace("contents: read", "contents: write"), FLOW),
            (
                FLOW.replace("contents: read", "contents: write"),
                FLOW.replace("contents: read", "contents: write") + "      - run: more\n",
            ),
            (
                FLOW.replace("on: [push, pull_request]", "on: pull_request_target"),
                FLOW.replace("[push, pull_request]", "[pull_request_target]"),
            ),
            (FLOW + "      - uses: a/b@v1\n", FLOW + "      - run: x\n      - uses: a/b@v2\n"),
            (FLOW, FLOW.replace("contents: read", "{contents: read}").replace("permissions:\n  ", "permissions: ")),
            (FLOW, FLOW + "      - uses: ./local\n"),
            (FLOW, FLOW + f"      - uses: a/b@{'1b' * 20} # v1\n"),
            (FLOW, FLOW + f"      - uses: docker://alpine@sha256:{'1b' * 32}\n"),
            (FLOW, FLOW.replace("    runs-on", "    permissions: read-all\n    runs-on")),
        ],
    )
    def test_may_do_no_more(self, before: str, after: str) -> None:
        assert said(PATH, before, after) == []

    def test_permission_moved_from_the_workflow_to_its_job(self) -> None:
        before = FLOW.replace("contents: read", "contents: write")
        after = FLOW.replace("    runs-on", "    permissions:\n      contents: write\n    runs-on")
        assert said(PATH, before, after) == []

    def test_a_tool_that_spoke_of_pins_is_not_repeated(self) -> None:
        hit = seen(PATH, 12, family="unpinned-action", category=Category.COMPLIANCE, tool="zizmor", rule="unpinned-uses")
        made = case({PATH: (FLOW, FLOW + "      - uses: a/b@v1\n")}, evidence=[hit])
        assert [item.evidence[0].tool for item in findings(AGENT, made)] == ["zizmor"]

    @pytest.mark.parametrize("text", ["[" * 50_000, "a: b: c", "x" * 200_000, "- a\n", "a: &a [" + "*a, " * 99 + "]"])
    def test_what_cannot_be_read_is_named(self, text: str) -> None:
        tasks = AGENT.tasks(case({PATH: (FLOW, text)}))
        assert not isinstance(tasks, Skip)
        assert [item.path for item in tasks[0].unread] == [PATH]


class TestEvidence:
    @pytest.mark.parametrize(
        ("family", "category"),
        [
            ("hardcoded-secret", Category.SECURITY),
            ("private-key", Category.SECURITY),
            ("new-suppression", Category.COMPLIANCE),
            ("missing-audit-log", Category.COMPLIANCE),
        ],
    )
    def test_is_told(self, family: str, category: Category) -> None:
        found = findings(AGENT, case({"a.py": ("", "x\n")}, evidence=[seen("a.py", family=family, category=category)]))
        assert [item.family for item in found] == [family]
        assert found[0].agent == "compliance"

    def test_a_secret_in_a_test_keeps_its_severity(self) -> None:
        hit = seen("tests/test_a.py", family="hardcoded-secret", category=Category.SECURITY)
        found = findings(AGENT, case({"tests/test_a.py": ("", "x\n")}, evidence=[hit]))
        assert [(item.severity, item.confidence) for item in found] == [(Severity.HIGH, Confidence.POSSIBLE)]

    def test_other_security_evidence_is_the_security_agents(self) -> None:
        made = case({"a.py": ("", "x\n")}, evidence=[seen("a.py", family="sql-injection", category=Category.SECURITY)])
        assert isinstance(AGENT.tasks(made), Skip)


def test_skips() -> None:
    assert isinstance(AGENT.tasks(case({"a.py": ("", "x = 1\n")})), Skip)
    files = {"requirements.txt": ("", "a\n")}
    assert isinstance(AGENT.tasks(case(files, policy=Policy(agents={"compliance": False}))), Skip)


def test_a_whole_tree_is_not_called_new() -> None:
    files = {
        "requirements.txt": (None, REQUIREMENTS),
        "package.json": (None, json.dumps({"license": "MIT", "dependencies": {"a": "*"}})),
    }
    assert rules(AGENT, case(files, whole_tree=True)) == ["compliance/unpinned-dependency"]
