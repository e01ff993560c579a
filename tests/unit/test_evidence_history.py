"""Secrets in the history: told with commit, path and line, once, never whole; what was not read is never clean."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fusion.adapters.git.history import LocalHistory
from fusion.evidence import history
from fusion.evidence.analyzer import Ready
from fusion.evidence.analyzers.secrets import Secrets
from fusion.evidence.history import LARGEST, Pace, look_back, new_lines
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
    return await look_back(
        Secrets(), past, policy=policy or Policy(), sandbox=Sandbox.detect(), provenance=Provenance(), pace=pace or Pace()
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
    late = await look(Scripted(("a.py", b"x = 1 # nothing\n")), pace=Pace(seconds=-1))
    assert late.run.outcome is Outcome.CUT
    assert "0 of 1 versions" in late.run.reason


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
