"""A hostile file makes no finding in another file vanish, and turns no incomplete review into a pass.

Every attack stands beside the same three flaws; the review must name each of them, and whatever a tool could not read must be
a gap. The one exception is a tool that runs out of time: its other files are then named as not read.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from tests.fakes.commandline import Workplace

FLAWS = {
    "flaw/run.py": "import subprocess\n\n\ndef run(name):\n    subprocess.run(f'echo {name}', shell=True, check=True)\n",
    "flaw/run.sh": '#!/bin/bash\neval "$2"\nrm -rf $1/*\n',
    "flaw/run.js": "export function f(x) {\n  return eval(x);\n}\n",
}
PLACES = {("flaw/run.py", 5), ("flaw/run.sh", 3), ("flaw/run.js", 2)}


@dataclass(frozen=True)
class Attack:
    """A file and whether a review that could read all of it exists: else the verdict must be incomplete."""

    path: str
    content: str | bytes
    readable: bool = True


N = 100_000
LAUGHS = "a: &a [x,x,x,x]\n" + "".join(
    f"{chr(98 + n)}: &{chr(98 + n)} [{','.join(['*' + chr(97 + n)] * 9)}]\n" for n in range(9)
)
ATTACKS = [
    Attack("parentheses.py", "x = " + "(" * N, readable=False),
    Attack("minus.py", "x = " + "-" * N + "1\n", readable=False),
    Attack("chain.py", "x = a" + ".b" * N + "\n", readable=False),
    Attack("elif.py", "if a:\n  pass\n" + "elif b:\n  pass\n" * 6_000, readable=False),
    Attack("flood.py", "x = eval(y)\n" * 6_000, readable=False),
    Attack("defs.py", "".join(f"def f{n}(a):\n    return {n}\n" for n in range(8_000))),
    Attack("asserts_test.py", "def test():\n" + "    assert x\n" * 15_000),
    Attack("docstring.py", 'def f(a):\n    """Args:\n        a (' + ") " * 200_000 + '"""\n    return a\n'),
    Attack("silence.py", "# ruff: noqa\n# nosec\n# flake8: noqa\n# pylint: skip-file\n# type: ignore\nX = 1\n"),
    Attack("arrows.js", "x=>" * N + "1", readable=False),
    Attack("brackets.ts", "type A = " + "Array<" * N, readable=False),
    Attack("tags.tsx", "<a>" * 20_000, readable=False),
    Attack("nul.js", b"const a = 1; // \0\neval(process.argv[2]);\n", readable=False),
    Attack("nul.py", b"A = 1  # \0\n", readable=False),
    Attack("utf16.ps1", "Invoke-Expression $args[0]\n".encode("utf-16"), readable=False),
    Attack("substitutions.sh", "#!/bin/bash\n" + "$(" * 5_000, readable=False),
    Attack("disable.sh", "#!/bin/bash\n# shellcheck disable=all\n# shellcheck source=/etc/passwd\ntrue\n"),
    Attack(".shellcheckrc", "disable=all\n"),
    Attack("ruff.toml", 'exclude = ["*"]\nextend = "/etc/passwd"\n'),
    Attack(".gitattributes", "* binary linguist-generated\n*.py -diff export-ignore\n"),
    Attack(".fusion.yml", "ignore: ['**']\nblock: critical\nanalyzers: {bandit: false}\n"),
    Attack(".github/workflows/deep.yml", "on: push\njobs:\n  a: " + "[" * 20_000, readable=False),
    Attack(".github/workflows/laughs.yml", LAUGHS, readable=False),
    Attack("package.json", '{"a":' * 50_000, readable=False),
    Attack("pyproject.toml", "a = " + "[" * 50_000, readable=False),
    Attack("README.md", "[" * N + "](" * N + "`" * N + "<!--" * 20_000),
    Attack("addresses.txt", "a://a:" * 100_000),
    Attack("keys.txt", "-----BEGIN " * 60_000 + "password: '" * 10_000),
    Attack("controls.py", "# \x1b]0;x\x07\x1b[2J\u202e\u2066 \x9b31m\nX = 1\n"),
    Attack("flaw\nrun.py:5: fixed.py", "X = 1\n"),
    Attack("-rf --version.py", "X = 1\n"),
    Attack("d" * 200 + "/" + "e" * 200 + ".py", "X = 1\n"),
]  # fmt: skip


def pairs() -> list[tuple[Attack, ...]]:
    """Each attack that costs a review its completeness, beside one that does not; those that are left over, together."""
    loud = [attack for attack in ATTACKS if not attack.readable]
    quiet = [attack for attack in ATTACKS if attack.readable]
    rest = tuple(quiet[len(loud) :])
    return [*zip(loud, quiet, strict=False), *([rest] if rest else [])]


def attacked(tmp_path: Path, *attacks: Attack) -> tuple[int, dict[str, Any]]:
    place = Workplace(tmp_path / "repo", tmp_path / "state").init()
    place.commit("Begin", **{"notes.txt": "x\n"})
    place.git("checkout", "--quiet", "-b", "feature")
    place.commit("Flaws", **FLAWS, **{attack.path: attack.content for attack in attacks})
    done = place.fusion("review", "--format", "json")
    assert done.stderr == ""
    return done.returncode, json.loads(done.stdout)


@pytest.mark.parametrize("attacks", pairs(), ids=lambda attacks: " ".join(ascii(attack.path[:30]) for attack in attacks))
def test_no_neighbour_hides_a_flaw(tmp_path: Path, attacks: tuple[Attack, ...]) -> None:
    code, review = attacked(tmp_path, *attacks)
    found = {(finding["location"]["path"], finding["location"]["line"]) for finding in review["findings"]}
    assert found >= PLACES
    blocking = {finding["location"]["path"] for finding in review["findings"] if finding.get("blocking")}
    assert "flaw/run.py" in blocking
    assert (code, review["verdict"]) in ((1, "block"), (3, "incomplete"))
    if not all(attack.readable for attack in attacks):
        assert (code, review["verdict"]) == (3, "incomplete")
        assert review["coverage"]["gaps"]
    files = {file["path"]: file for file in review["coverage"]["files"]}
    assert set(files) == {*FLAWS, *(attack.path for attack in attacks)}
    assert all(files[path].get("reviewed") for path in FLAWS)


def test_the_flaws_alone_are_found(tmp_path: Path) -> None:
    code, review = attacked(tmp_path, Attack("innocent.py", "X = 1\n"))
    assert (code, review["verdict"]) == (1, "block")


def test_alike_files_are_findings_each(tmp_path: Path) -> None:
    code, review = attacked(tmp_path, Attack("copy/run.py", FLAWS["flaw/run.py"]))
    assert code == 1
    blocking = {finding["location"]["path"] for finding in review["findings"] if finding.get("blocking")}
    assert {"flaw/run.py", "copy/run.py"} <= blocking


def test_an_incomplete_review_that_found_nothing_is_no_pass(tmp_path: Path) -> None:
    place = Workplace(tmp_path / "repo", tmp_path / "state").init()
    place.commit("Begin", **{"notes.txt": "x\n"})
    place.git("checkout", "--quiet", "-b", "feature")
    place.commit("Hide", **{"a.py": b"A = 1\n", "b.js": b"eval(process.argv[2]); // \0\n"})
    for arguments in ((), ("--fail-on", "never"), ("--format", "github", "--output", "x")):
        assert place.fusion("review", *arguments).returncode == 3
