"""Repositories that carry a tool's own configuration, plugins and suppression comments: nothing is silenced, nothing runs."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from fusion.evidence.analyzer import Analyzer, Job, Missing, Output
from fusion.evidence.analyzers.checkov import Checkov
from fusion.evidence.analyzers.cppcheck import Cppcheck
from fusion.evidence.analyzers.hadolint import Hadolint
from fusion.evidence.analyzers.oxlint import Oxlint
from fusion.evidence.analyzers.shellcheck import Shellcheck
from fusion.evidence.analyzers.zizmor import Zizmor
from fusion.evidence.collect import collect
from fusion.evidence.examine import rules_folder
from fusion.evidence.local import LocalExaminer
from fusion.evidence.sandbox import Sandbox
from fusion.model import Blob, Change, ChangeKind, Contents, FileChange, Hunk, Outcome, Provenance, ToolReport
from fusion.policy import Policy

CANARY = "@CANARY@"
_JAVASCRIPT = f'require("fs").writeFileSync("{CANARY}", "ran"); module.exports = {{ rules: {{}}, ignorePatterns: ["**"] }};\n'
_MODULE = f'import fs from "fs"; fs.writeFileSync("{CANARY}", "ran"); export default {{ ignorePatterns: ["**"] }};\n'
_OXLINT = json.dumps({"ignorePatterns": ["**"], "jsPlugins": ["./evil.js"]})
_PYTHON = f'open("{CANARY}", "w").write("ran")\n'
# The comment makes it look like infrastructure, so that it is among the files that Checkov is given.
_CHECKOV = "# AWS::S3::Bucket\nskip-check: [CKV_AWS_24]\nexternal-checks-dir: [checks]\nbaseline: .checkov.baseline\n"
_BASELINE = {"resource": "aws_security_group_rule.r", "check_ids": ["CKV_AWS_24"]}


@dataclass(frozen=True, slots=True, kw_only=True)
class Attack:
    """A file with a defect, and what its repository does to keep the tool from telling."""

    analyzer: Analyzer
    path: str
    defect: str
    rule: str
    files: Mapping[str, str] = field(default_factory=dict)
    comments: tuple[str, ...] = ()
    """Versions of the file with suppression comments; none of them may hide the rule."""


ATTACKS = (
    Attack(
        analyzer=Zizmor(),
        path=".github/workflows/ci.yml",
        defect=(
            "name: ci\non: push\npermissions: {}\njobs:\n  a:\n    runs-on: x\n    steps:\n"
            '      - run: echo "${{ github.event.issue.title }}"\n'
        ),
        rule="template-injection",
        files={
            "zizmor.yml": "rules:\n  template-injection: {disable: true}\n",
            ".github/zizmor.yml": "rules:\n  template-injection:\n    ignore: [ci.yml]\n",
            ".github/zizmor.yaml": "rules:\n  template-injection:\n    ignore: [ci.yml]\n",
            ".github/workflows/zizmor.yml": "rules:\n  template-injection: {disable: true}\n",
            ".gitignore": ".github\n*.yml\n",
            ".ignore": "*\n",
        },
        comments=(
            "name: ci\non: push\npermissions: {}\njobs:\n  a:\n    runs-on: x\n    steps:\n"
            '      - run: echo "${{ github.event.issue.title }}" # zizmor: ignore[template-injection]\n',
            "name: ci\non: push\npermissions: {}\njobs: # zizmor: ignore\n  a:\n    runs-on: x\n    steps:\n"
            "      - run: | # zizmor: ignore[template-injection] it is fine\n"
            '          echo "${{ github.event.issue.title }}"\n',
        ),
    ),
    Attack(
        analyzer=Shellcheck(),
        path="run.sh",
        defect='#!/bin/bash\nrm -rf "$BUILD/"*\n',
        rule="SC2115",
        files={
            ".shellcheckrc": "disable=all\nexternal-sources=true\nsource-path=/\n",
            "shellcheckrc": "disable=SC2115\n",
            ".config/shellcheckrc": "disable=all\n",
        },
        comments=(
            '#!/bin/bash\n# shellcheck disable=all\nrm -rf "$BUILD/"*\n',
            '#!/bin/bash\n# shellcheck disable=SC2115\nrm -rf "$BUILD/"*\n',
            '#!/bin/bash\n#shellcheck   disable=SC2000-SC2999\nrm -rf "$BUILD/"*\n',
            '#!/bin/bash\n# shellcheck shell=bash disable=SC2115 # why not\nrm -rf "$BUILD/"*\n',
            '#!/bin/bash\n# shellcheck source=/dev/null disable=SC2115\nrm -rf "$BUILD/"*\n',
            '#!/bin/bash\n# shellcheck source=/etc/passwd\nsource "$1"\nrm -rf "$BUILD/"*\n',
            '#!/bin/bash\n# shellcheck extended-analysis=false disable=SC2115\nrm -rf "$BUILD/"*\n',
            '#!/bin/bash\nf() { # x\n  # shellcheck disable=SC2115,SC2086\n  rm -rf "$BUILD/"*\n}\nf\n',
        ),
    ),
    Attack(
        analyzer=Hadolint(),
        path="Dockerfile",
        defect="FROM debian:12\nUSER root\n",
        rule="DL3002",
        files={
            ".hadolint.yaml": "ignored: [DL3002]\n",
            ".hadolint.yml": "ignored: [DL3002]\n",
            "hadolint.yaml": "override: {info: [DL3002]}\nfailure-threshold: none\n",
            ".config/hadolint.yaml": "ignored: [DL3002]\n",
        },
        comments=(
            "FROM debian:12\n# hadolint ignore=DL3002\nUSER root\n",
            "# hadolint global ignore=DL3002\nFROM debian:12\nUSER root\n",
            "FROM debian:12\n#   hadolint   ignore = DL3002,DL3006\nUSER root\n",
            "#hadolint global ignore=DL3002 # because\nFROM debian:12\nUSER root\n",
        ),
    ),
    Attack(
        analyzer=Hadolint(),
        path="sub/Dockerfile",
        defect='FROM debian:12\nRUN rm -rf "$BUILD/"*\n',
        rule="SC2115",
        files={".shellcheckrc": "disable=all\n", "sub/.shellcheckrc": "disable=all\n"},
        comments=(
            'FROM debian:12\n# hadolint ignore=SC2115\nRUN rm -rf "$BUILD/"*\n',
            'FROM debian:12\n# shellcheck disable=SC2115\nRUN rm -rf "$BUILD/"*\n',
            'FROM debian:12\nRUN true && \\\n  # shellcheck disable=SC2115\n  rm -rf "$BUILD/"*\n',
            'FROM debian:12\nRUN <<EOF\n# shellcheck disable=SC2115\nrm -rf "$BUILD/"*\nEOF\n\nUSER 1\n',
        ),
    ),
    Attack(
        analyzer=Cppcheck(),
        path="a.c",
        defect="int f(void) {\n  int a[2];\n  a[2] = 0;\n  return 0;\n}\n",
        rule="arrayIndexOutOfBounds",
        files={
            "suppressions.txt": "*\n",
            ".cppcheck-suppressions": "*:*\n",
            "cppcheck.cfg": '{"addons": ["evil.json"], "suppressions": ["*"]}\n',
            "evil.json": json.dumps({"script": "evil.py", "executable": "./evil.py"}),
            "evil.py": "#!/usr/bin/env python3\n" + _PYTHON,
            "project.cppcheck": "<project version='1'><suppressions><suppression>*</suppression></suppressions></project>",
            "compile_commands.json": '[{"directory": "/", "file": "other.c", "command": "cc other.c"}]',
            "std.cfg": "<def>\n",
            "posix.cfg": "<def>\n",
        },
        comments=(
            "int f(void) {\n  int a[2];\n  // cppcheck-suppress arrayIndexOutOfBounds\n  a[2] = 0;\n  return 0;\n}\n",
            "int f(void) {\n  int a[2];\n  a[2] = 0; // cppcheck-suppress[arrayIndexOutOfBounds]\n  return 0;\n}\n",
            "// cppcheck-suppress-file arrayIndexOutOfBounds\nint f(void) {\n  int a[2];\n  a[2] = 0;\n  return 0;\n}\n",
            "// cppcheck-suppress-begin *\nint f(void) {\n  int a[2];\n  a[2] = 0;\n}\n// cppcheck-suppress-end *\n",
        ),
    ),
    Attack(
        analyzer=Oxlint(),
        path="src/a.ts",
        defect="export const a = 1;\ndebugger;\n",
        rule="eslint/no-debugger",
        files={
            **{f"{folder}.oxlintrc.json": _OXLINT for folder in ("", "src/")},
            **{f"{folder}oxlint.config.ts": _MODULE for folder in ("", "src/")},
            **{f"{folder}eslint.config.js": _MODULE for folder in ("", "src/")},
            "eslint.config.mjs": _MODULE,
            ".eslintrc.js": _JAVASCRIPT,
            ".eslintrc.cjs": _JAVASCRIPT,
            "evil.js": _JAVASCRIPT,
            "package.json": json.dumps({"eslintConfig": {"ignorePatterns": ["**"]}, "scripts": {"prepare": f"touch {CANARY}"}}),
            "tsconfig.json": json.dumps({"compilerOptions": {"plugins": [{"name": "./evil.js"}]}, "exclude": ["**"]}),
            ".eslintignore": "**\n",
            ".oxlintignore": "**\n",
            ".gitignore": "src\n*.ts\n",
            "src/.gitignore": "*\n",
            ".gitattributes": "*.ts linguist-generated\n",
        },
        comments=(
            "// oxlint-disable\ndebugger;\n",
            "/* oxlint-disable no-debugger */\ndebugger;\n",
            "/* eslint-disable */\ndebugger;\n",
            "/*\n * eslint-disable\n */\ndebugger;\n",
            "// eslint-disable-next-line no-debugger -- fine\ndebugger;\n",
            "// oxlint-disable-next-line\ndebugger;\n",
            "debugger; // eslint-disable-line\n",
            "debugger; // oxlint-disable-line no-debugger\n",
            "/* eslint no-debugger: 0 */\ndebugger;\n",
        ),
    ),
    Attack(
        analyzer=Checkov(),
        path="main.tf",
        defect=(
            'resource "aws_security_group_rule" "r" {\n  type = "ingress"\n  from_port = 22\n  to_port = 22\n'
            '  protocol = "tcp"\n  cidr_blocks = ["0.0.0.0/0"]\n  security_group_id = "x"\n}\n'
        ),
        rule="CKV_AWS_24",
        files={
            **dict.fromkeys((".checkov.yaml", ".checkov.yml"), _CHECKOV),
            "checks/__init__.py": _PYTHON,
            "checks/evil.py": _PYTHON,
            "sitecustomize.py": _PYTHON,
            "checkov/__init__.py": _PYTHON,
            ".checkov.baseline": json.dumps({"failed_checks": [{"file": "/main.tf", "findings": [_BASELINE]}]}),
        },
        comments=(
            'resource "aws_security_group_rule" "r" {\n  #checkov:skip=CKV_AWS_24: fine\n  type = "ingress"\n  from_port = 22\n'
            '  to_port = 22\n  protocol = "tcp"\n  cidr_blocks = ["0.0.0.0/0"]\n  security_group_id = "x"\n}\n',
            'resource "aws_security_group_rule" "r" {\n  # bridgecrew:skip=CKV_AWS_24\n  type = "ingress"\n  from_port = 22\n'
            '  to_port = 22\n  protocol = "tcp"\n  cidr_blocks = ["0.0.0.0/0"]\n  security_group_id = "x"\n}\n',
        ),
    ),
)
_ids = [f"{attack.analyzer.name} {attack.path}" for attack in ATTACKS]
each_attack = pytest.mark.parametrize("attack", ATTACKS, ids=_ids)


def _present(attack: Attack) -> None:
    located = attack.analyzer.locate()
    if isinstance(located, Missing):
        pytest.skip(located.reason)


def _added(files: Mapping[str, bytes]) -> tuple[Change, Contents]:
    changes = []
    for path, data in files.items():
        lines = data.decode().split("\n")[:-1]
        body = "\n".join(f"+{line}" for line in lines)
        hunk = Hunk(old_start=0, old_count=0, new_start=1, new_count=len(lines), body=body)
        blob = Blob(digest=f"sha256:{'0' * 64}", size=len(data))
        changes.append(FileChange(path=path, kind=ChangeKind.ADDED, head=blob, hunks=(hunk,), added=len(lines)))
    change = Change(repository="o/r", subject="branch:x", base="", head="1" * 40, files=tuple(changes))
    return change, Contents(head=dict(files))


async def _review(attack: Attack, files: Mapping[str, bytes], policy: Policy | None = None) -> ToolReport:
    change, contents = _added(files)
    return await collect(
        attack.analyzer,
        change=change,
        contents=contents,
        policy=policy or Policy(),
        examiner=LocalExaminer(Sandbox.detect()),
        provenance=Provenance(),
    )


def _hostile(attack: Attack, canary: Path) -> dict[str, bytes]:
    return {path: text.replace(CANARY, str(canary)).encode() for path, text in attack.files.items()}


@each_attack
async def test_files_of_the_repository_neither_silence_nor_execute(attack: Attack, tmp_path: Path) -> None:
    _present(attack)
    canary = tmp_path / "canary"
    report = await _review(attack, {attack.path: attack.defect.encode(), **_hostile(attack, canary)})
    assert report.run.outcome is Outcome.OK, report.run.reason
    assert attack.path in report.run.read
    assert attack.rule in {item.rule for item in report.evidence if item.location.path == attack.path}
    assert not canary.exists()


@each_attack
async def test_the_flags_alone_hold_without_scratch_copy_and_confinement(attack: Attack, tmp_path: Path) -> None:
    _present(attack)
    repository, home, canary = tmp_path / "repository", tmp_path / "home", tmp_path / "canary"
    hostile = {attack.path: attack.defect.encode(), **_hostile(attack, canary)}
    # Two tools take files of the working directory whatever the flags: only the scratch copy keeps these away.
    hostile = {path: data for path, data in hostile.items() if not path.startswith((".checkov.y", "std.cfg"))}
    for path, data in hostile.items():
        place = repository / path
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_bytes(data)
        place.chmod(0o755)
    home.mkdir()
    ready = attack.analyzer.locate()
    assert not isinstance(ready, Missing)
    job = Job(root=repository, files=(attack.path,), executable=ready.executable, rules=rules_folder(attack.analyzer))
    outputs: list[Output] = []
    for command in attack.analyzer.commands(job):
        outputs.append(await Sandbox().run(command, root=repository, home=home))
        assert outputs[-1].outcome is Outcome.OK, outputs[-1].reason
    reading = attack.analyzer.read(job, outputs)
    assert attack.rule in {hit.rule for hit in reading.hits}
    assert not reading.unread
    assert not canary.exists()


@pytest.mark.parametrize(
    ("attack", "text"),
    [(attack, text) for attack in ATTACKS for text in attack.comments],
    ids=[f"{attack.analyzer.name} {number}" for attack in ATTACKS for number, _ in enumerate(attack.comments)],
)
async def test_comments_silence_nothing(attack: Attack, text: str) -> None:
    _present(attack)
    report = await _review(attack, {attack.path: text.encode()})
    assert report.run.outcome is Outcome.OK, report.run.reason
    found = [item for item in report.evidence if item.rule == attack.rule]
    assert found, report.run
    lines = text.split("\n")
    assert all(item.snippet.split("\n")[0] == lines[item.location.line - 1] for item in found), "the author's text is shown"


async def test_a_shell_that_hadolint_does_not_check_is_not_called_read() -> None:
    attack = next(attack for attack in ATTACKS if attack.rule == "SC2115" and attack.analyzer.name == "hadolint")
    text = 'FROM debian:12\n# hadolint shell=powershell\nRUN rm -rf "$BUILD/"*\n'
    report = await _review(attack, {attack.path: text.encode()})
    assert [item.path for item in report.run.unread] == [attack.path]
    assert attack.path not in report.run.read
