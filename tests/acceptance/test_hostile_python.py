"""Repositories that try to silence the analyzers, or to have them execute something.

Each carries everything that its tool would honour: configuration files, ignore files, inline comments. What the tool finds
in the bare file it must find here too, at the same places, and nothing that could be executed may have been.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import pytest

from fusion.evidence.analyzer import Analyzer, Ready
from fusion.evidence.analyzers.astgrep import AstGrep
from fusion.evidence.analyzers.bandit import Bandit
from fusion.evidence.analyzers.lizard import Lizard
from fusion.evidence.analyzers.opengrep import Opengrep
from fusion.evidence.analyzers.ruff import Ruff
from fusion.evidence.analyzers.secrets import Secrets
from fusion.evidence.collect import collect
from fusion.evidence.local import LocalExaminer
from fusion.evidence.sandbox import Sandbox
from fusion.model import Blob, Change, ChangeKind, Contents, FileChange, Outcome, Provenance, ToolReport
from fusion.policy import Policy

TOKEN = "gh" + "p_" + "a8Fk29xLmQ0pZr7TuV5wYb3NcD1eGh6JiKoS"
BRANCHES = "    if x:\n        x -= 1\n" * 40
CARRY_ON = "import os, pathlib; pathlib.Path({canary!r}).write_text('executed')\n"


@dataclass(frozen=True, kw_only=True)
class Siege:
    """A tool, the file it must not lose sight of, and what the repository does about it."""

    analyzer: Analyzer
    path: str
    bare: str
    """The file without any suppression; lines are kept in `silenced`."""
    silenced: str
    finds: str
    """A rule that both must show."""
    files: Mapping[str, str]


EVERYWHERE = {
    ".gitignore": "*\n",
    ".ignore": "*\n",
    "src/.gitignore": "*\n",
    # Whatever puts the repository on a Python's import path executes one of these.
    "sitecustomize.py": CARRY_ON,
    "usercustomize.py": CARRY_ON,
    "json.py": CARRY_ON,
    "src/json.py": CARRY_ON,
    "bandit.py": CARRY_ON,
    "bandit/__init__.py": CARRY_ON,
    "bandit/__main__.py": CARRY_ON,
    "lizard.py": CARRY_ON,
    "lizard_ext/__init__.py": CARRY_ON,
    "stevedore/__init__.py": CARRY_ON,
    "yaml/__init__.py": CARRY_ON,
    "conftest.py": CARRY_ON,
    "setup.py": CARRY_ON,
    "semgrep/__init__.py": CARRY_ON,
}

SIEGES = {
    "ruff": Siege(
        analyzer=Ruff(),
        path="src/a.py",
        bare='import os\n\n\ndef f(x, into=[]):\n    return eval(x) if x is "" else missing\n',
        silenced=(
            "import os  # ruff: noqa\n"
            "# flake8: noqa\n"
            "\n"
            "def f(x, into=[]):  # noqa: B006\n"
            '    return eval(x) if x is "" else missing  # noqa\n'
        ),
        finds="F821",
        files={
            "pyproject.toml": (
                "[tool.ruff]\n"
                'exclude = ["*"]\n'
                'required-version = "==0.0.1"\n'
                "[tool.ruff.lint]\n"
                "select = []\n"
                'per-file-ignores = {"*" = ["ALL"]}\n'
            ),
            "ruff.toml": 'exclude = ["*"]\nextend = "/etc/passwd"\n',
            ".ruff.toml": "garbage",
            "src/ruff.toml": "lint.select = []\n",
            "src/pyproject.toml": '[tool.ruff]\nexclude = ["*"]\n',
            "setup.cfg": "[flake8]\nignore = *\n",
        },
    ),
    "ruff-ranges": Siege(
        analyzer=Ruff(),
        path="src/a.py",
        bare="\nx = missing\n\ny = eval(x)\n",
        silenced="# ruff: disable[F821, S307]\nx = missing  # ruff: ignore[F821]\n# ruff: file-ignore[ALL]\ny = eval(x)\n",
        finds="S307",
        files={},
    ),
    "bandit": Siege(
        analyzer=Bandit(),
        path="src/a.py",
        bare="import os\n\nos.system(command)\n\neval(text)\n",
        silenced="import os\n# nosec\nos.system(command)  # nosec B605\n# bandit: skip\neval(text)  # NOSEC\n",
        finds="B605",
        files={
            ".bandit": "[bandit]\nexclude = /src,src\nskips = B605,B307\n",
            "src/.bandit": "[bandit]\nskips = B605,B307\n",
            ".bandit.yml": "skips: [B605, B307]\n",
            "bandit.yaml": "skips: [B605, B307]\n",
            "pyproject.toml": '[tool.bandit]\nexclude_dirs = ["src"]\nskips = ["B605", "B307"]\n',
            "tox.ini": "[bandit]\nskips = B605\n",
        },
    ),
    "ast-grep": Siege(
        analyzer=AstGrep(),
        path="src/a.py",
        bare="import yaml\n\nx = yaml.load(text)\n\ny = yaml.load(more)\n",
        silenced=(
            "# ast-grep-ignore\n"
            "# ast-grep-ignore: py-yaml-load\n"
            "x = yaml.load(text)\n"
            "\n"
            "y = yaml.load(more)  # ast-grep-ignore\n"
        ),
        finds="py-yaml-load",
        files={
            "sgconfig.yml": "ruleDirs: [nowhere]\ncustomLanguages:\n  python: {libraryPath: parser.so, extensions: [py]}\n",
            "src/sgconfig.yml": "ruleDirs: []\n",
            "rules/own.yml": "id: py-yaml-load\nlanguage: python\nseverity: off\nrule: {pattern: yaml.load($X)}\n",
            ".git/info/exclude": "*\n",
        },
    ),
    "ast-grep-javascript": Siege(
        analyzer=AstGrep(),
        path="src/a.ts",
        bare="\neval(text);\n\nelement.innerHTML = text;\n",
        silenced="// ast-grep-ignore\neval(text);\n/* ast-grep-ignore: js-inner-html */\nelement.innerHTML = text;\n",
        finds="js-inner-html",
        files={"sgconfig.yml": "ruleDirs: []\nlanguageGlobs: {html: ['*.ts']}\n", "tsconfig.json": "{}"},
    ),
    "secrets": Siege(
        analyzer=Secrets(),
        path="src/settings.py",
        bare=f'\ntoken = "{TOKEN}"\n\n',
        silenced=(
            "# gitleaks:allow\n"
            f'token = "{TOKEN}"  # gitleaks:allow betterleaks:allow trufflehog:ignore\n'
            "# pragma: allowlist secret\n"
        ),
        finds="github-pat",
        files={
            ".gitleaks.toml": '[allowlist]\npaths = [".*"]\n',
            "gitleaks.toml": '[allowlist]\npaths = [".*"]\n',
            ".betterleaks.toml": 'prefilter = "true"\n',
            "src/.betterleaks.toml": 'prefilter = "true"\n',
            ".gitleaksignore": "src/settings.py:github-pat:2\n",
            ".betterleaksignore": "b271a80469d2f9752236f9a9f6f31317b2919af1faca402563fe4d741752ef5f\n",
            ".gitleaks-baseline.json": "[]",
        },
    ),
    "lizard": Siege(
        analyzer=Lizard(),
        path="src/a.py",
        bare=f"\n\ndef f(x):\n{BRANCHES}\n    return x\n",
        silenced=(
            "# GENERATED CODE\n"
            "#lizard forgive global\n"
            "def f(x):  # #lizard forgives(cyclomatic_complexity)\n"
            f"{BRANCHES}    #lizard forgives\n"
            "    return x\n"
        ),
        finds="complexity",
        files={
            "whitelizard.txt": "src/a.py:f\nf\n",
            "src/whitelizard.txt": "f\n",
            "lizard.cfg": "-C 1000\n",
            "src/b.py": f"\n\ndef f(x):\n{BRANCHES}\n    return x\n",
        },
    ),
    "lizard-javascript": Siege(
        analyzer=Lizard(),
        path="src/a.js",
        bare="\nfunction f(x) {\n" + "  if (x) { x--; }\n" * 40 + "}\n",
        silenced="/* GENERATED CODE */ // #lizard forgives\nfunction f(x) { // #lizard forgives\n"
        + "  if (x) { x--; }\n" * 40
        + "}\n",
        finds="complexity",
        files={"whitelizard.txt": "f\n"},
    ),
    "opengrep": Siege(
        analyzer=Opengrep(),
        path="src/a.php",
        bare='<?php\n$name = $_GET["name"];\n\nmysqli_query($db, "SELECT * FROM t WHERE n = \'$name\'");\n',
        silenced=(
            "<?php\n"
            '$name = $_GET["name"]; // nosemgrep\n'
            "// nosemgrep: php-sql-injection\n"
            "mysqli_query($db, \"SELECT * FROM t WHERE n = '$name'\"); // nosemgrep noopengrep\n"
        ),
        finds="php-sql-injection",
        files={
            ".semgrepignore": "*\n",
            ".opengrepignore": "*\n",
            "src/.semgrepignore": "*\n",
            ".semgrep.yml": "rules: []\n",
            ".semgrep/settings.yml": "anonymous_user_id: x\n",
        },
    ),
}


async def trial(siege: Siege, files: Mapping[str, str]) -> ToolReport:
    contents = {path: text.encode() for path, text in files.items()}
    change = Change(
        repository="here",
        subject="branch:main",
        base="",
        head="1" * 40,
        files=tuple(
            FileChange(path=path, kind=ChangeKind.ADDED, head=Blob(digest="sha256:" + "0" * 64, size=len(data)))
            for path, data in contents.items()
        ),
        whole_tree=True,
    )
    return await collect(
        siege.analyzer,
        change=change,
        contents=Contents(head=contents),
        policy=Policy(),
        examiner=LocalExaminer(Sandbox.detect()),
        provenance=Provenance(),
    )


def places(report: ToolReport, path: str) -> list[tuple[str, int, int | None]]:
    return sorted(
        (item.rule, item.location.line, item.location.column) for item in report.evidence if item.location.path == path
    )


@pytest.mark.parametrize("name", SIEGES)
async def test_nothing_in_the_repository_silences_or_executes(name: str, tmp_path: Path) -> None:
    siege = SIEGES[name]
    if not isinstance(siege.analyzer.locate(), Ready):
        pytest.skip(f"{siege.analyzer.name} is not installed")
    canary = tmp_path / "canary"
    bare = await trial(siege, {siege.path: siege.bare})
    assert bare.run.outcome is Outcome.OK, bare.run.reason
    expected = places(bare, siege.path)
    assert siege.finds in {rule for rule, _, _ in expected}

    hostile = {path: text.format(canary=str(canary)) if text == CARRY_ON else text for path, text in EVERYWHERE.items()}
    besieged = await trial(siege, {**hostile, **siege.files, siege.path: siege.silenced})

    assert besieged.run.outcome is Outcome.OK, besieged.run.reason
    assert siege.path in besieged.run.read
    assert places(besieged, siege.path) == expected
    assert not canary.exists(), "something of the repository was executed"


@pytest.mark.parametrize("name", [name for name, siege in SIEGES.items() if siege.bare != siege.silenced])
async def test_an_inline_suppression_is_remembered_as_the_authors(name: str) -> None:
    siege = SIEGES[name]
    if not isinstance(siege.analyzer.locate(), Ready):
        pytest.skip(f"{siege.analyzer.name} is not installed")
    report = await trial(siege, {siege.path: siege.silenced})
    assert any(item.suppressed for item in report.evidence if item.location.path == siege.path)
