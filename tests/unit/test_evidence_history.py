"""Secrets in the history: told with commit, path and line, once, never whole; what was not read is never clean."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fusion.adapters.git.history import LocalHistory
from fusion.evidence import history
from fusion.evidence.analyzer import Analyzer, Missing, Ready
from fusion.evidence.analyzers.secrets import Secrets
from fusion.evidence.examiner import Footing, Look
from fusion.evidence.history import LARGEST, LookedBack, Pace, look_back, new_lines
from fusion.evidence.local import LocalExaminer
from fusion.evidence.remembered import Remembered
from fusion.evidence.sandbox import Sandbox
from fusion.model import Outcome, Provenance, ToolReport
from fusion.model.posture import Unknown
from fusion.policy import Policy
from fusion.ports.compliance import Past, Version
from tests.fakes.commandline import Workplace

TOKEN = "ghp_" + "x7Kq2LmN9pRs4TuV6wXy8Za1BcDe3FgHi5Jk"
installed = pytest.mark.skipif(not isinstance(Secrets().locate(), Ready), reason="betterleaks is not installed")


class Scripted:
    """A history of contents that are given, oldest first; those of None are missing."""

    def __init__(self, *versions: tuple[str, bytes | None], cut: str = "", size: int = 0) -> None:
        self.bytes = {str(number): data for number, (_, data) in enumerate(versions)}
        listed = [
            Version(path=path, commit=f"c{number}", blob=str(number), size=size or len(data or b""))
            for number, (path, data) in enumerate(versions)
        ]
        self.told = Past(commits=len(listed), versions=tuple(reversed(listed)), cut=cut)

    async def state(self) -> str:
        return "sha256:0"

    async def past(self) -> Past | Unknown:
        return self.told

    async def contents(self, blobs: Collection[str]) -> Mapping[str, bytes]:
        return {blob: data for blob in blobs if (data := self.bytes[blob]) is not None}


async def look(past: Scripted | LocalHistory, policy: Policy | None = None, pace: Pace | None = None) -> ToolReport:
    return (await go(past, policy, pace)).report


async def go(
    past: Scripted | LocalHistory, policy: Policy | None = None, pace: Pace | None = None, known: Remembered | None = None
) -> LookedBack:
    return await look_back(
        Secrets(),
        past,
        policy=policy or Policy(),
        examiner=LocalExaminer(Sandbox.detect()),
        provenance=Provenance(),
        known=known or Remembered(),
        pace=pace or Pace(),
    )


@installed
async def test_a_secret_that_was_taken_away_is_told_with_the_commit_that_brought_it(tmp_path: Path) -> None:
    place = Workplace(tmp_path / "repo", tmp_path / "home").init()
    place.commit("begin", **{"src/config.py": "import os\n\nname = 'shop'\n"})
    guilty = place.commit("oops", **{"src/config.py": f"import os\n\nname = 'shop'\ntoken = '{TOKEN}'\n"})
    place.commit("more", **{"src/config.py": f"import os\n\nname = 'shop'\ntoken = '{TOKEN}'\nmore = 1\n"})
    place.commit("mend", **{"src/config.py": "import os\n\nname = 'shop'\ntoken = os.environ['TOKEN']\nmore = 1\n"})
    report = await look(LocalHistory(place.folder))
    assert (report.run.tool, report.run.outcome, report.run.unread) == (history.TOOL, Outcome.OK, ())
    assert report.run.reason == "4 versions of files in 4 commits"
    [found] = report.evidence
    assert found.message.startswith(f"In commit {guilty[:12]}: ")
    assert (found.location.path, found.location.line, found.tool) == ("src/config.py", 4, history.TOOL)
    assert TOKEN not in report.model_dump_json()
    assert TOKEN[:12] not in report.model_dump_json()


@installed
async def test_a_history_that_is_cut_missing_or_too_large_is_never_clean() -> None:
    cut = await look(Scripted(("a.py", b"x = 1 # nothing\n"), cut="the clone is shallow"))
    assert (cut.run.outcome, cut.run.reason) == (Outcome.CUT, "the clone is shallow")
    missing = await look(Scripted(("a.py", None)))
    assert [one.reason for one in missing.run.unread] == ["in commit c0: it could not be read from the clone"]
    large = await look(Scripted(("a.py", b"x = 1\n"), size=LARGEST + 1))
    assert "larger than" in large.run.unread[0].reason
    late = await look(Scripted(("a.py", b"x = 1 # nothing\n"), ("b.py", b"y = 1 # nothing\n")), pace=Pace(files=1, seconds=-1))
    assert late.run.outcome is Outcome.CUT
    assert "1 of 2 versions have been read by now" in late.run.reason


@dataclass(frozen=True)
class Far(LocalExaminer):
    """Looks as if it were a service: it alone says what it is, and its image may be exchanged."""

    version: str = "1"
    catalogued: str = "1"

    async def footing(self, analyzer: Analyzer) -> Footing | Missing | None:
        return Footing(version=self.catalogued, rules="sha256:0", isolation="far away") if self.catalogued else None

    async def examine(self, *given: Any, **more: Any) -> Look:
        seen = await super().examine(*given, **more)
        return replace(seen, version=self.version, rules="sha256:0", isolation="far away")


@installed
async def test_what_was_read_counts_while_the_service_is_what_it_was() -> None:
    past = Scripted(("a.py", f"token = '{TOKEN}'\n".encode()))

    async def read(known: Remembered, run: str, **service: str) -> tuple[Remembered, int]:
        examiner = Far(Sandbox.detect(), **service)
        found = await look_back(
            Secrets(), past, policy=Policy(), examiner=examiner, provenance=Provenance(run=run), known=known
        )
        assert len(found.report.evidence) == 1
        return found.read, len(found.report.run.isolation)

    looked, silent = len("far away"), len(LocalExaminer(Sandbox.detect()).isolation)
    known, _ = await read(Remembered(), "1")
    assert await read(known, "2") == (known, silent), "nobody had to look"
    assert await read(known, "3", version="2", catalogued="2") != (known, silent)
    for half in ({"version": "2"}, {"catalogued": ""}):
        unsure, _ = await read(Remembered(), "4", **half)
        assert unsure.rules == "? 4"
        assert (await read(unsure, "5"))[1] == looked


@installed
async def test_a_name_that_the_tool_passes_over_hides_nothing() -> None:
    report = await look(Scripted(("static/jquery.js", f"var token = '{TOKEN}';\n".encode()), ("a.py", b"x = 1 # nothing\n")))
    assert (report.run.outcome, report.run.unread, report.run.read) == (Outcome.OK, (), ("a.py", "static/jquery.js"))
    assert [(one.location.path, one.location.line) for one in report.evidence] == [("static/jquery.js", 1)]


@installed
async def test_batches_go_on_where_the_last_one_ended() -> None:
    versions = [(f"a{number}.py", f"token = '{TOKEN}'\nn = {number}\n".encode()) for number in range(5)]
    report = await look(Scripted(*versions), pace=Pace(loaded=3, files=2))
    assert [one.location.path for one in report.evidence] == [f"a{number}.py" for number in range(5)]
    assert report.run.read == tuple(f"a{number}.py" for number in range(5))


@installed
async def test_a_long_history_is_read_in_goes_and_a_later_scan_reads_only_what_came_since() -> None:
    secret = f"token = '{TOKEN}'\n".encode()
    past = Scripted(("a.py", b"a = 1 # nothing\n"), ("a.py", b"a = 1 # nothing\n" + secret), ("b.py", b"b = 1 # nothing\n"))
    hasty, known, goes = Pace(files=1, seconds=-1), Remembered(), 0
    while (looked := await go(past, pace=hasty, known=known)).further:
        known, goes = looked.read, goes + 1
    assert (goes, looked.report.run.outcome, looked.read.versions) == (2, Outcome.OK, 3)
    assert looked.report.run.read == ("a.py", "b.py")
    [found] = looked.report.evidence
    assert (found.location.path, found.location.line) == ("a.py", 2)
    assert "In commit c1" in found.message

    past.bytes = dict.fromkeys(past.bytes, None)  # Nothing is needed again.
    later = await go(past, known=looked.read)
    assert (later.report.evidence, later.report.run.outcome, later.report.run.unread) == ((found,), Outcome.OK, ())


@installed
async def test_a_version_that_is_gone_takes_no_secret_of_the_others_with_it() -> None:
    first, second = ("a.py", f"token = '{TOKEN}'\n".encode()), ("a.py", f"token = '{TOKEN}'\nn = 2\n".encode())
    known = (await go(Scripted(first, second))).read
    rewritten = Scripted(("b.py", b"b = 1 # nothing\n"), second)
    [found] = (await go(rewritten, known=known)).report.evidence
    assert "In commit c1" in found.message
    assert (await go(Scripted(("a.py", b"a = 1 # nothing\n")), known=known)).report.evidence == ()


@installed
async def test_what_could_not_be_read_once_is_read_again() -> None:
    secret = f"token = '{TOKEN}'\n".encode()
    past = Scripted(("a.py", None), ("a.py", b"a = 1 # nothing\n"))
    first = await go(past)
    assert (len(first.report.run.unread), first.read.versions, first.further) == (1, 0, False)
    past.bytes["0"] = secret
    assert len((await go(past, known=first.read)).report.evidence) == 1


@installed
async def test_lock_files_drawings_and_wide_texts_are_read_and_what_holds_no_text_is_named() -> None:
    address = f"resolved https://x:{TOKEN}@npm.example/a.tgz\n"
    wide = f"token = '{TOKEN}'\n"
    files = {
        "package-lock.json": address.encode(),
        "a.svg": address.encode(),
        "a.min.js": address.encode(),
        "w.ps1": wide.encode("utf-16"),
        "v.txt": ("\ufeff" + wide).encode("utf-16-be"),
    }
    report = await look(Scripted(*files.items(), ("logo.png", b"\x89PNG\0\0\0\0 and more")))
    assert {one.location.path for one in report.evidence} == files.keys()
    assert report.run.outcome is Outcome.OK
    assert "no text to look at in some or all of logo.png" in report.run.reason


async def test_what_policy_switches_off_or_ignores_is_not_read() -> None:
    off = await look(Scripted(("a.py", b"x = 1\n")), Policy(analyzers={"secrets": False}))
    assert (off.run.outcome, off.run.reason) == (Outcome.SKIPPED, "switched off by policy")
    if isinstance(Secrets().locate(), Ready):
        ignored = await look(Scripted(("a.py", f"token = '{TOKEN}'\n".encode())), Policy(ignore=("*.py",)))
        assert (ignored.evidence, ignored.run.read) == ((), ())


@settings(max_examples=60, deadline=None)
@given(st.lists(st.lists(st.sampled_from(["a", "b", "c", "dd", "", " e"]), max_size=14), max_size=6))
def test_every_line_is_shown_in_some_version_and_none_is_moved(versions: list[list[str]]) -> None:
    known: set[bytes] = set()
    shown: set[bytes] = set()
    for version in versions:
        data = "\n".join(version).encode()
        fresh = new_lines(data, known)
        if fresh:
            whole, part = data.split(b"\n"), fresh.split(b"\n")
            assert len(whole) == len(part)
            assert all(new in (b"", old) for old, new in zip(whole, part, strict=True))
            shown.update(line.strip() for line in part)
        assert {line.strip() for line in data.split(b"\n") if line.strip()} <= shown
