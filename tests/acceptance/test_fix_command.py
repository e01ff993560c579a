"""`fusion fix` as a user types it, and what it leaves of the work tree, the index and the branches."""

from __future__ import annotations

import json
import re
import signal
import subprocess
import time
from pathlib import Path

import pytest

from fusion.adapters.git.mending import Mending
from fusion.adapters.memory.records import ManualClock, MemoryStore
from fusion.budget.accounts import Account, Caps
from fusion.budget.book import Book
from fusion.engine.journal import Journal
from fusion.errors import UserError
from fusion.local import sweep
from fusion.settings import Settings
from tests.fakes.commandline import Workplace, one_sentence
from tests.fakes.fixing import quick

CODE = """\
import subprocess

import yaml
from flask import Flask, request

app = Flask(__name__)


@app.route("/run")
def run():
    return subprocess.run("ls " + request.args["name"], shell=True)


@app.route("/load", methods=["POST"])
def load():
    return str(len(yaml.load(request.data, Loader=yaml.Loader)))
"""


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Workplace:
    folder = tmp_path_factory.mktemp("fix")
    made = Workplace(folder / "repository", folder / "home").init()
    made.commit("first", **{"app.py": "x = 1\n", ".fusion.yml": quick()})
    made.git("checkout", "--quiet", "-b", "topic")
    made.commit("second", **{"app.py": CODE})
    done = made.fusion("review", "--fail-on", "never")
    assert done.returncode == 0, done.stderr
    return made


def ids(place: Workplace) -> dict[str, str]:
    """What `fusion fix` asks to choose from, by family."""
    shown = place.fusion("runs", "show", "review", "--format", "json")
    return {item["family"]: item["fingerprint"][:8] for item in json.loads(shown.stdout)["findings"]}


@pytest.mark.slow
def test_a_patch_is_shown_committed_and_applied_once(place: Workplace) -> None:
    chosen = ids(place)["command-injection"]
    head = place.git("rev-parse", "HEAD")
    shown = place.fusion("fix", chosen)
    assert shown.returncode == 0, shown.stderr
    assert "checked: dataflow no longer reports it on the patched copy" in shown.stderr
    place.git("config", "core.hooksPath", "hooks")
    place.write("hooks/reference-transaction", "#!/bin/sh\ntouch hooked\n")
    (place.folder / "hooks/reference-transaction").chmod(0o755)
    (place.folder / "app.py").write_text(CODE + "# mine\n")
    before = (place.folder / ".git/index").read_bytes()
    branched = place.fusion("fix", chosen, "--branch", "mended")
    assert branched.returncode == 0, branched.stderr
    assert place.git("rev-parse", "mended^") == head
    assert '["ls", request.args["name"]]' in place.git("show", "mended:app.py")
    assert place.git("diff", "--name-only", "HEAD", "mended") == "app.py"
    assert (place.folder / ".git/index").read_bytes() == before
    assert (place.folder / "app.py").read_text() == CODE + "# mine\n"
    assert not (place.folder / "hooked").exists()
    (place.folder / "app.py").write_text(CODE)
    assert place.fusion("fix", chosen, "--apply").returncode == 0
    patched = (place.folder / "app.py").read_text()
    assert '["ls", request.args["name"]]' in patched
    (place.folder / "app.py").write_text(CODE)
    subprocess.run(["git", "apply", "-"], cwd=place.folder, input=shown.stdout.encode(), check=True)
    assert (place.folder / "app.py").read_text() == patched, "what is shown is what is applied"


@pytest.mark.slow
def test_what_cannot_be_done_is_one_sentence(place: Workplace) -> None:
    asked = place.fusion("fix")
    assert asked.returncode == 2
    assert one_sentence(asked).startswith("fusion: Say which finding: ")
    unknown = place.fusion("fix", "ffffffff")
    assert unknown.returncode == 2
    assert "has an id that begins with ffffffff; --run takes another one of `fusion runs`." in one_sentence(unknown)
    assert one_sentence(place.fusion("fix", "--run", "nope")) == "fusion: No runs begin with nope; `fusion runs` lists them."
    assert "Nothing was reviewed in" in one_sentence(place.fusion("fix", "--repo", str(place.home)))
    chosen = ids(place)["command-injection"]
    off = place.fusion("fix", chosen, FUSION_EVIDENCE="off")
    assert off.returncode == 1
    assert one_sentence(off).startswith(f"fusion: No patch for {chosen} (app.py:11): This host runs no analyzers")


def begun(place: Workplace, chosen: str) -> subprocess.Popen[bytes]:
    """A fix that has its journal, and has not ended."""
    running = place.start("fix", chosen)
    while not any((place.home / "runs").glob("fix-*.db")):
        assert running.poll() is None, "it ended before it began"
        time.sleep(0.002)
    return running


@pytest.mark.slow
def test_a_fix_that_is_killed_or_interrupted_leaves_nothing(place: Workplace) -> None:
    chosen = ids(place)["command-injection"]
    (killed := begun(place, chosen)).kill()
    killed.communicate()
    left = {path.name.partition(".db")[0] for path in (place.home / "runs").iterdir()}
    assert len(left) == 1
    listed = place.fusion("runs")
    assert listed.stderr == "1 interrupted fix was cleared away, and had changed nothing: `fusion fix` begins anew.\n"
    assert list((place.home / "runs").iterdir()) == []
    (killed := begun(place, chosen)).kill()
    killed.communicate()
    assert place.fusion("fix", chosen).returncode == 0, "what is left of another is in nobody's way"
    assert list((place.home / "runs").iterdir()) == []
    stopped = begun(place, chosen)
    stopped.send_signal(signal.SIGINT)
    _, said = stopped.communicate()
    assert (stopped.returncode, said.decode()) == (130, "fusion: Interrupted. Nothing was changed; run it again for a patch.\n")
    assert list((place.home / "runs").iterdir()) == []


async def test_sweeping_gives_money_back_and_lets_running_fixes_be(tmp_path: Path) -> None:
    store, clock, settings = MemoryStore(ManualClock()), ManualClock(), Settings(home=tmp_path)
    book = Book(store, settings.tenant, clock)
    await book.open(Account(repository="r", run="fix-dead"), 1.0, Caps(month=1.0))
    (tmp_path / "runs").mkdir()
    for name in ("fix-dead.db", "fix-dead.db-wal", "fix-early.db.lock", "review-kept.db"):
        (tmp_path / "runs" / name).touch()
    running = Journal(tmp_path / "runs" / "fix-live.db")
    assert await sweep(settings, store, clock) == 2
    running.close()
    names = {path.name.partition(".")[0] for path in (tmp_path / "runs").iterdir()}
    assert names == {"fix-live", "review-kept"}
    assert await book.left(Account(repository="r", run="fix-next"), Caps(month=1.0)) == 1.0


@pytest.mark.slow
def test_what_only_sarif_reports_gets_one_sentence(tmp_path: Path) -> None:
    place = Workplace(tmp_path / "repository", tmp_path / "home").init()
    place.commit("first", **{"run.py": "x = 1\n", ".fusion.yml": quick()})
    place.git("checkout", "--quiet", "-b", "topic")
    place.commit("second", **{"run.py": "x = 2\n"})
    where = {"physicalLocation": {"artifactLocation": {"uri": "run.py"}, "region": {"startLine": 1}}}
    result = {"ruleId": "py/odd", "level": "error", "message": {"text": "Odd."}, "locations": [where]}
    run = {"tool": {"driver": {"name": "CodeQL"}}, "results": [result]}
    place.write("codeql.sarif", json.dumps({"version": "2.1.0", "runs": [run]}))
    place.fusion("review", "--evidence", "codeql.sarif", "--fail-on", "never")
    done = place.fusion("fix")
    assert done.returncode == 1
    said = one_sentence(done)
    assert re.match(r"fusion: No patch for [0-9a-f]{8} \(run\.py:1\): CodeQL is not run by Fusion here", said)
    assert said.endswith("it can be fixed once an analyzer that Fusion runs here reports it, too.")


@pytest.mark.slow
def test_what_cannot_be_written_is_said_before_anybody_looks_for_a_patch(place: Workplace) -> None:
    chosen = ids(place)["command-injection"]
    (place.folder / "app.py").write_text(CODE + "# mine\n")
    for option in (["--apply"], ["--branch", "main"]):
        refused = place.fusion("fix", chosen, *option, FUSION_EVIDENCE="off")
        assert refused.returncode == 2, "2: it cannot be written there; 1 would say that there is no patch"
        one_sentence(refused)
    (place.folder / "app.py").write_text(CODE)


def test_a_work_tree_is_written_only_where_it_is_as_it_was(tmp_path: Path) -> None:
    outside = tmp_path / "outside.py"
    outside.write_text("x")
    folder = tmp_path / "tree"
    (folder / "real").mkdir(parents=True)
    (folder / "link.py").symlink_to(outside)
    (folder / "linked").symlink_to(tmp_path)
    (folder / "real/a.py").write_text("x")
    (folder / "real/a.py").chmod(0o755)
    mending = Mending()
    for path in ("link.py", "linked/outside.py", "../outside.py", "absent.py", ".git/config"):
        with pytest.raises(UserError):
            mending.write(folder, path, before=b"x", after=b"y")
    with pytest.raises(UserError, match="is not as it was reviewed, so nothing was written"):
        mending.write(folder, "real/a.py", before=b"z", after=b"y")
    assert outside.read_text() == "x"
    mending.write(folder, "real/a.py", before=b"x", after=b"y")
    assert (folder / "real/a.py").read_text() == "y"
    with pytest.raises(UserError, match="has this patch already"):
        mending.write(folder, "real/a.py", before=b"x", after=b"y")
    assert (folder / "real/a.py").stat().st_mode & 0o777 == 0o755
    assert [path.name for path in (folder / "real").iterdir()] == ["a.py"]


@pytest.mark.parametrize("name", ["main", "-x", "a..b", "@{-1}", "a b", ""])
def test_branches_that_cannot_be_made_are_refused(tmp_path: Path, name: str) -> None:
    place = Workplace(tmp_path / "r", tmp_path / "h").init()
    head = place.commit("first", **{"a.py": "x"})
    with pytest.raises(UserError):
        Mending().branch(place.folder, name, parent=head, path="a.py", before=b"x", after=b"y", message="m")
    assert place.git("for-each-ref", "--format=%(refname)") == "refs/heads/main"
    assert place.git("rev-parse", "main") == head
