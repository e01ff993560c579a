"""`fusion scan` as a user has it: a folder, a repository on the fake GitHub, an account that is killed, wrong input."""

from __future__ import annotations

import asyncio
import json
import os
import signal
import socket
import subprocess
import sys
import time
from io import StringIO
from pathlib import Path

import pytest
from rich.console import Console

from fusion.cli.scan import _code, _may_keep_issues, _scanned
from fusion.cli.scan_output import Output, past
from fusion.engine.journal import kept_away
from fusion.errors import FusionError, UserError
from fusion.local import interrupted_scans, journal, unfinished_scans
from fusion.runtime import stores
from fusion.settings import read
from tests.fakes import forked
from tests.fakes.commandline import Workplace
from tests.fakes.github import FakeGitHub
from tests.fakes.scanned import FILES, TOKEN


def fusion(folder: Path, home: Path, *arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
    """The command, with a state folder of its own and without analyzers."""
    env = settings(home, **environment)
    del env["PYTHONPATH"]
    code, out, err = forked.fusion(*arguments, folder=folder, env=env)
    return subprocess.CompletedProcess(["fusion", *arguments], code, out.decode(), err.decode())


def settings(home: Path, **environment: str) -> dict[str, str]:
    given = {"FUSION_HOME": str(home), "FUSION_EVIDENCE": "off", "HOME": str(home), "PATH": os.environ["PATH"], "COLUMNS": "80"}
    return given | {"PYTHONPATH": str(Path.cwd()), "LANG": "C.UTF-8"} | environment


@pytest.fixture
def place(tmp_path: Path) -> Workplace:
    made = Workplace(folder=tmp_path / "shop", home=tmp_path / "home").init()
    made.commit("begin", **FILES)
    return made


def test_a_folder_is_scanned_summed_up_and_listed(place: Workplace) -> None:
    done = fusion(place.folder, place.home, "scan", "--fail-on", "medium")
    assert done.returncode == 1, done.stderr
    assert "A security policy tells how to report a vulnerability" in done.stdout
    assert "A folder has no settings of a forge" in " ".join(done.stdout.split())
    assert max(map(len, done.stdout.splitlines())) <= 80
    again = fusion(place.folder, place.home, "scan", str(place.folder), "--format", "json", "--fail-on", "never")
    assert again.returncode == 0, again.stderr
    results = {one["check"]: one for one in json.loads(again.stdout)["scan"]["results"]}
    assert results["security-policy"]["status"] == "failed"
    assert results["security-policy"]["reused"]
    assert not results["branch-protection"].get("reused")
    [newest, oldest] = json.loads(fusion(place.folder, place.home, "scan", "--list", "--format", "json").stdout)
    assert newest["at"] > oldest["at"]
    assert newest["chain"] != oldest["chain"]
    (verified,) = [fusion(place.folder, place.home, "evidence", "list")]
    assert verified.returncode == 0, verified.stderr


def test_the_list_of_scans_is_whole_in_80_columns() -> None:
    at, name = "2026-11-23T05:09:12+00:00", "a-long-account/and-its-repository"
    done = {"id": "scan-aa815fe845af-fc716c", "at": at, "status": "scanned", "digest": "d", "failed": 15, "not_assessed": 153}
    console = Console(width=80, file=StringIO(), record=True)
    console.print(past([done | {"repository": name}, {"id": done["id"], "at": "", "repository": "", "status": "interrupted"}]))
    first, rest, interrupted = [line.split() for line in console.export_text().splitlines()[2:]]
    assert [*first[:3], first[3] + rest[0], *first[4:]] == [done["id"], "2026-11-23", "05:09", name, "15", "153"]
    assert interrupted == [done["id"], "(interrupted)", "-", "-"]


def test_what_is_not_assessed_counts_where_completeness_is_asked_for(place: Workplace) -> None:
    assert fusion(place.folder, place.home, "scan", "--check", "security-policy").returncode == 0
    one = fusion(place.folder, place.home, "scan", "--check", "branch-protection", "--complete")
    assert one.returncode == 3
    narrow = fusion(place.folder, place.home, "scan", "--check", "security-policy", "--fail-on", "low", "--complete")
    assert narrow.returncode == 1


def test_a_policy_that_does_not_hold_is_told_and_the_defaults_count(place: Workplace) -> None:
    # It is not committed: no commit is told, and no digest in its place.
    (place.folder / ".fusion.yml").write_text("version: 1\nscans:\n  chekcs: {}\n")
    done = fusion(place.folder, place.home, "scan", "--format", "json", "--fail-on", "never")
    assert done.returncode == 0, done.stderr
    notes = " ".join(json.loads(done.stdout)["scan"]["notes"])
    assert "The defaults count instead of the repository's policy: .fusion.yml, line 3: unknown key `chekcs`" in notes


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["nothing-here"], "There is no folder nothing-here"),
        (["--org", "octo", "."], "Choose one thing to scan"),
        (["--format", "pdf"], "There is no format 'pdf' for scans"),
        (["--check", "brnch-protection"], "did you mean branch-protection"),
        (["--output", "no/such/folder/x.json"], "does not exist; make it first"),
        (["--output", "."], "--output . is a folder: name a file in it"),
        (["--check", "zzz"], "There is no check called 'zzz'; docs/checks.md lists all"),
        (["--fail-on", "awful"], "--fail-on takes"),
        (["--policy", "none.yml"], "none.yml cannot be read"),
        (["--resume"], "No scan was interrupted"),
        (["--org", "octo", "--format", "sarif"], "name a folder with --output"),
    ],
)
def test_wrong_input_is_one_sentence_and_code_2(place: Workplace, arguments: list[str], said: str) -> None:
    done = fusion(place.folder, place.home, "scan", *arguments)
    assert done.returncode == 2, done.stdout + done.stderr
    assert said in done.stderr
    assert "Traceback" not in done.stderr


def test_a_repository_on_github_is_scanned_and_one_that_is_not_there_is_told(tmp_path: Path) -> None:
    with FakeGitHub() as github:
        github.create("octo/shop", FILES)
        there = {"FUSION_GITHUB_API": github.api, "GITHUB_TOKEN": TOKEN}
        done = fusion(tmp_path, tmp_path / "home", "scan", "octo/shop", "--format", "json", "--fail-on", "never", **there)
        assert done.returncode == 0, done.stderr
        found = json.loads(done.stdout)["scan"]
        results = {one["check"]: one for one in found["results"]}
        assert results["branch-protection"]["status"] == "failed"
        missing = fusion(tmp_path, tmp_path / "home", "scan", "octo/nothing", **there)
        assert missing.returncode == 2
        assert "octo/nothing" in missing.stderr


def test_an_account_that_is_killed_half_way_is_resumed(tmp_path: Path) -> None:
    home = tmp_path / "home"
    with FakeGitHub() as github:
        github.estate("octo", 20, FILES)
        there = {"FUSION_GITHUB_API": github.api, "GITHUB_TOKEN": TOKEN}
        running = subprocess.Popen(
            [sys.executable, "-m", "fusion", "scan", "--org", "octo"],
            env=settings(home, **there),
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        while github.limits.counted < 200 and running.poll() is None:
            time.sleep(0.02)
        running.send_signal(signal.SIGKILL)
        running.wait()
        listed = json.loads(fusion(tmp_path, home, "scan", "--list", "--format", "json").stdout)
        [(how, what, begun)] = [(one["status"], one["repository"], one["at"]) for one in listed]
        assert (how, what, bool(begun)) == ("interrupted", "--org octo", True)
        before = github.limits.counted
        done = fusion(tmp_path, home, "scan", "--org", "octo", "--resume", "--format", "json", "--fail-on", "never", **there)
        assert done.returncode == 0, done.stderr
        report = json.loads(done.stdout)
        assert [one["status"] for one in report["repositories"]] == ["scanned"] * 20
        assert github.limits.counted - before < 20 * 20, "what was done before is not done again"
        assert "--resume" not in fusion(tmp_path, home, "scan", "--list").stdout


def test_a_path_that_is_mistyped_is_not_asked_of_github(place: Workplace) -> None:
    (place.folder / "w").mkdir()
    done = fusion(place.folder, place.home, "scan", "w/missing", FUSION_GITHUB_API="http://127.0.0.1:9")
    assert done.returncode == 2
    assert "There is no folder w/missing, though there is a folder w;" in done.stderr
    assert len(done.stderr.splitlines()) == 1


def test_an_outage_at_the_first_question_ends_the_scan_which_can_be_resumed(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    home = tmp_path / "home"
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))  # taken, and not listened at
        gone = f"http://127.0.0.1:{taken.getsockname()[1]}"
        configured = read(settings(home, FUSION_GITHUB_API=gone))
        for asked, of_account in ((("repository", "octo/shop"), False), (("account", "octo"), True)):
            writing = Output.checked("json", None, of_account=of_account)
            with pytest.raises(FusionError, match=r"GitHub does not answer at .*; nothing was read\. `fusion scan --resume`"):
                _scanned(configured, asked, (), None, again=False, resume=False, writing=writing, patience=0.5)
            said = capsys.readouterr().err.splitlines()
            assert len(said) == 1, said
            assert said[0].endswith("it is asked again for about a minute.")
            assert len(interrupted_scans(home, asked[1])) == 1
        blobs = stores(configured)[1]
        left = asyncio.run(unfinished_scans(home, blobs))
        assert [(one.what, one.running) for one in left] == [("--org octo", False), ("octo/shop", False)]
        (broken := journal(home, "scan-000000000000-000000")).write_bytes(b"This is no journal.")
        with kept_away(journal(home, left[0].id)):
            told = {one.what: (one.running, one.begun is not None) for one in asyncio.run(unfinished_scans(home, blobs))}
        assert told == {"": (False, False), "--org octo": (True, True), "octo/shop": (False, True)}
        broken.unlink()
    with FakeGitHub() as github:
        github.create("octo/shop", FILES)
        there = {"FUSION_GITHUB_API": github.api, "GITHUB_TOKEN": TOKEN}
        done = fusion(tmp_path, home, "scan", "octo/shop", "--resume", "--fail-on", "never", **there)
        assert done.returncode == 0, done.stderr
        assert "resuming the scan of octo/shop (scan-" in done.stderr
        last = fusion(tmp_path, home, "scan", "--resume", "--format", "json", "--fail-on", "never", **there)
        assert last.returncode == 0, last.stderr
        assert "resuming the scan of octo (scan-" in last.stderr


@pytest.mark.slow
def test_issues_are_kept_where_somebody_asks_for_it(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    def scanned(policy: Path) -> tuple[int, str]:
        writing = Output.checked("json", None, of_account=False)
        ended = _scanned(
            configured, ("repository", "octo/shop"), (), policy, again=False, resume=False, writing=writing, issues=True
        )
        code = _code(*ended, threshold=None, complete=False)
        return code, " ".join(capsys.readouterr().err.split())

    (each := tmp_path / "each.yml").write_text("scans: {issues: each, issue_floor: medium}\n", encoding="utf-8")
    (none := tmp_path / "none.yml").write_text("version: 1\n", encoding="utf-8")
    with FakeGitHub(token=TOKEN) as github:
        github.create("octo/shop", FILES)
        secret = {"FUSION_WEBHOOK_SECRET": "a-secret-of-thirty-two-characters"}
        given = settings(tmp_path / "home", FUSION_GITHUB_API=github.api, GITHUB_TOKEN=TOKEN, **secret)
        configured = read(given)
        code, said = scanned(each)
        there = github.repository("octo/shop").issues
        assert (code, len(there) > 1, set(there)) == (0, True, set(range(1, len(there) + 1)))
        assert f"Issues: opened {', '.join(f'#{number}' for number in sorted(there))}." in said
        count = len(there)
        [about] = [number for number, one in there.items() if "security policy" in one.title.lower()]
        github.push("octo/shop", "main", {"SECURITY.md": "# Security\n\nReport to security@example.org, please.\n"})
        code, said = scanned(each)
        assert f"closed #{about}." in said
        assert "opened" not in said
        code, said = scanned(none)
        assert (code, said.count("No issues were kept: policy wants none (`scans.issues`)")) == (0, 1)
        configured = read({**given, "GITHUB_TOKEN": github.token(github.install("octo/shop").id)})
        code, said = scanned(each)
        assert (code, len(there), "let one account alone keep the issues of octo/shop" in said) == (3, count, True), said
        configured = read(given)
        github.fail("/issues", 403, times=1000)
        code, said = scanned(each)
        assert code == 3
        assert said.count("Issues could not be kept: GitHub does not permit") == said.count("permission issues: write.") == 1


@pytest.mark.parametrize(
    ("asked", "options", "environment", "said"),
    [
        (("folder", "/src"), {}, {}, "a folder has none"),
        (("account", "octo"), {}, {}, "the bot keeps them"),
        (("repository", "octo/shop"), {"partial": True}, {}, "leave --check out"),
        (("repository", "octo/shop"), {"resume": True}, {}, "leave --issues out"),
        (("repository", "octo/shop"), {}, {}, "set GITHUB_TOKEN"),
        (("repository", "octo/shop"), {}, {"GITHUB_TOKEN": TOKEN}, "set FUSION_WEBHOOK_SECRET"),
    ],
)
def test_issues_are_refused_where_nobody_could_keep_them(
    tmp_path: Path, asked: tuple[str, str], options: dict[str, bool], environment: dict[str, str], said: str
) -> None:
    configured = read({"FUSION_HOME": str(tmp_path), **environment})
    with pytest.raises(UserError, match=said):
        _may_keep_issues(configured, asked, **{"partial": False, "resume": False, **options})
