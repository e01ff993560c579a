from __future__ import annotations

import tomllib
from pathlib import Path

import pytest

from fusion.changes.edits import apply_edits
from fusion.evidence.analyzer import Job, Output, Unreadable
from fusion.evidence.analyzers.shellcheck import Shellcheck, interpreter
from fusion.evidence.catalogue import RULES
from fusion.model import Outcome, Severity
from tests.analyzer_trial import run

PLANTED = b"""\
#!/bin/bash
rm -rf "$BUILD/"*
cd "$1"
cp $2 /tmp
for item in "$@"; do echo "$item"; done
cp $@ /srv
if [ "$x" > 3 ]; then echo many; fi
echo hidden 2>&1 >/dev/null
find . -exec sh -c 'rm {}' \\;
"""
INNOCENT = b"""\
#!/bin/bash
set -eu
rm -rf "${BUILD:?}/"*
cd "$1" || exit 1
cp "$2" /tmp
cp "$@" /srv
x=$((x + 1))
if [ "$x" -gt 3 ]; then echo many; fi
echo hidden >/dev/null 2>&1
find . -exec rm {} \\;
"""


async def test_planted_defects_are_found_at_their_lines() -> None:
    trial = await run(Shellcheck(), {"a.sh": PLANTED})
    assert trial.lines("SC2115") == [("a.sh", 2)]
    assert trial.lines("SC2164") == [("a.sh", 3)]
    assert trial.lines("SC2086") == [("a.sh", 4)]
    assert trial.lines("SC2068") == [("a.sh", 6)]
    assert trial.lines("SC2071") == [("a.sh", 7)]
    assert trial.lines("SC2069") == [("a.sh", 8)]
    assert trial.lines("SC2156") == [("a.sh", 9)]


async def test_what_can_hurt_outranks_what_is_untidy() -> None:
    trial = await run(Shellcheck(), {"a.sh": PLANTED})
    assert trial.one("SC2115")[1].severity is Severity.HIGH
    assert trial.one("SC2156")[1].cwe == (78,)
    assert trial.one("SC2164")[1].severity is Severity.MEDIUM
    assert trial.one("SC2086")[1].severity is Severity.LOW


async def test_innocent_twin_is_silent() -> None:
    trial = await run(Shellcheck(), {"a.sh": INNOCENT})
    assert not trial.hits
    assert not trial.unread


async def test_style_is_off() -> None:
    script = b"#!/bin/sh\nx=`date`\ncat f | grep y\nread z\necho $(echo 1)\nmake\nif [ $? -ne 0 ]; then :; fi\n"
    assert (await run(Shellcheck(), {"a.sh": script})).rules() <= {"SC2046"}


async def test_a_fix_gives_the_script_that_was_meant() -> None:
    script = '#!/bin/bash\n\techo "é漢😀" $1\ncd $2\n'
    trial = await run(Shellcheck(), {"a.sh": script.encode()})
    (quote,) = [hit for hit, _ in trial.hits if hit.rule == "SC2086" and hit.location.line == 2]
    assert quote.fix is not None
    assert not quote.fix.safe
    assert apply_edits(script, quote.fix.edits) == script.replace("$1", '"$1"')
    leave, _ = trial.one("SC2164")
    assert leave.fix is not None
    assert apply_edits(script, leave.fix.edits) == script.replace("cd $2", "cd $2 || exit")


async def test_what_does_not_parse_is_told_and_unread() -> None:
    trial = await run(Shellcheck(), {"bad.sh": b"#!/bin/bash\nif [ x; then\n", "a.sh": PLANTED})
    assert trial.unread.keys() == {"bad.sh"}
    assert "line 2" in trial.unread["bad.sh"]
    assert trial.rules("bad.sh") == {"SC1072"}
    assert trial.one("SC1072")[1].family == "shell-syntax"
    assert "SC2115" in trial.rules("a.sh")


async def test_carriage_returns_are_told_once() -> None:
    trial = await run(Shellcheck(), {"a.sh": PLANTED.replace(b"\n", b"\r\n")})
    assert len(trial.lines("SC1017")) == 1
    assert trial.lines("SC2115") == [("a.sh", 2)]


async def test_a_byte_order_mark_is_told() -> None:
    trial = await run(Shellcheck(), {"a.sh": b"\xef\xbb\xbf" + PLANTED})
    assert trial.one("SC1082")[1].severity is Severity.MEDIUM
    assert trial.lines("SC2164") == [("a.sh", 3)]


async def test_bytes_that_are_not_utf8_leave_no_column_and_no_fix() -> None:
    hit, _ = (await run(Shellcheck(), {"a.sh": b"#!/bin/bash\necho \xff\xfe $1\n"})).one("SC2086")
    assert (hit.location.line, hit.location.column, hit.fix) == (2, None, None)


async def test_an_unassigned_name_counts_only_where_nothing_unseen_is_sourced() -> None:
    script = b'#!/bin/bash\necho "$confg"\n'
    assert (await run(Shellcheck(), {"a.sh": script})).lines("SC2154") == [("a.sh", 2)]
    sourcing = b'#!/bin/bash\nsource ./lib.sh\necho "$confg"\n'
    assert not (await run(Shellcheck(), {"a.sh": sourcing})).hits


async def test_bashisms_count_in_sh_only() -> None:
    script = b'if [[ "$1" == a* ]]; then echo yes; fi\n'
    assert "SC3010" in (await run(Shellcheck(), {"a.sh": b"#!/bin/sh\n" + script})).rules()
    assert not (await run(Shellcheck(), {"a.sh": b"#!/bin/bash\n" + script})).hits


@pytest.mark.parametrize("name", ["-x.sh", "we ird é.sh", "new\nline.sh", "quo\"te'.sh", "a/../b.sh"])
async def test_odd_names(name: str) -> None:
    trial = await run(Shellcheck(), {name: PLANTED})
    assert trial.lines("SC2115") == [(name, 2)]


async def test_a_long_line_is_read() -> None:
    trial = await run(Shellcheck(), {"a.sh": b"#!/bin/bash\necho " + b"a" * 500_000 + b"\ncp $2 /tmp\n"})
    assert trial.lines("SC2086") == [("a.sh", 3)]


@pytest.mark.slow
async def test_five_megabytes_on_one_line() -> None:
    trial = await run(Shellcheck(), {"a.sh": b"#!/bin/bash\n# " + b"a" * 5_000_000 + b"\necho $1\n"})
    assert trial.lines("SC2086") == [("a.sh", 3)]


@pytest.mark.parametrize(
    ("path", "data", "wanted"),
    [
        ("a.sh", b"echo 1\n", True),
        ("a.bash", b"echo 1\n", True),
        ("a.ksh", b"echo 1\n", True),
        ("a.bats", b"echo 1\n", True),
        (".bashrc", b"echo 1\n", True),
        ("run", b"#!/bin/sh\n", True),
        ("run", b"#! /usr/bin/env -S bash -e\n", True),
        ("run", b"#!/usr/bin/env FOO=1 dash\n", True),
        ("run", b"\xef\xbb\xbf#!/bin/bash\r\n", True),
        ("run", b"#!/bin/busybox sh\n", True),
        ("hook.py", b"#!/bin/sh\n''':'\n", True),
        ("run", b"echo 1\n", False),
        ("run", b"#!/usr/bin/env python3\n", False),
        ("a.sh", b"#!/usr/bin/env python3\n", False),
        ("a.sh", b"#!/bin/zsh\n", False),
        ("run", b"#!/usr/bin/fish\n", False),
        ("run", b"#!\n", False),
        ("a.sh", b"", False),
        ("a.sh", b"\n \n", False),
        ("bash", b"\x7fELF\x02", False),
    ],
)
def test_wants(path: str, data: bytes, wanted: bool) -> None:
    assert Shellcheck().wants(path, data) is wanted


def test_interpreter_of_hostile_first_lines() -> None:
    assert interpreter(b"#!" + b"/" * 5_000_000) == ""
    assert interpreter(b"#!/usr/bin/env " + b"-S " * 50) == ""
    assert interpreter(b"#!\xff\xfe") == "\ufffd\ufffd"


@pytest.mark.parametrize("stdout", [b"", b"nonsense", b"[]", b"{}", b'{"comments": 1}', b'{"comments": [{"file": "b.sh"}]}'])
def test_garbage_is_unreadable(tmp_path: Path, stdout: bytes) -> None:
    (tmp_path / "a.sh").write_bytes(PLANTED)
    job = Job(root=tmp_path, files=("a.sh",), executable=Path("/bin/true"), rules=tmp_path)
    (command,) = Shellcheck().commands(job)
    output = Output(command=command, outcome=Outcome.OK, code=0, stdout=stdout, stderr=b"", seconds=0, isolation="")
    with pytest.raises(Unreadable):
        Shellcheck().read(job, [output])


def test_every_code_has_a_family() -> None:
    table = tomllib.loads(RULES.joinpath("shellcheck.toml").read_text())
    families = tomllib.loads(RULES.joinpath("families.toml").read_text())
    assert {rule["family"] for rule in table["rules"].values()} <= families.keys()
