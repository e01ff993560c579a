"""Bad input at the command line: one clear sentence or a receipt, the documented exit code, nothing half-written."""

from __future__ import annotations

import json
import os
import re
import shutil
import sqlite3
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from tests.fakes.commandline import Workplace, one_sentence

FLAW = "import subprocess\n\n\ndef run(name):\n    subprocess.run(f'echo {name}', shell=True, check=True)\n"
INNOCENT = "def add(a: int, b: int) -> int:\n    return a + b\n"
CODES = {0, 1, 2, 3, 130}


@pytest.fixture
def place(tmp_path: Path) -> Workplace:
    workplace = Workplace(tmp_path / "repo", tmp_path / "state").init()
    workplace.commit("Begin", **{"add.py": INNOCENT, "old.py": INNOCENT, "README.md": "# Sums\n"})
    workplace.git("checkout", "--quiet", "-b", "feature")
    return workplace


def documented(done: subprocess.CompletedProcess[str]) -> subprocess.CompletedProcess[str]:
    """What holds for every run: a documented code, no traceback, nothing that steers a terminal."""
    assert done.returncode in CODES, done
    assert "Traceback" not in done.stderr, done.stderr
    assert not re.search(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e]", done.stdout + done.stderr)
    if done.returncode == 2:
        one_sentence(done)
        assert done.stdout == ""
    return done


def as_json(place: Workplace, *args: str, code: int, stdin: bytes | None = None, **environment: str) -> dict[str, Any]:
    """The review as JSON of a run that ends with `code`."""
    args = ("review", *args, "--format", "json")
    done = documented(place.fusion(*args, stdin=stdin, **environment))
    assert done.returncode == code, (done.stdout[-2000:], done.stderr)
    review: dict[str, Any] = json.loads(done.stdout)
    return review


def again(place: Workplace, format: str) -> subprocess.CompletedProcess[str]:
    """The review of the one run that there was, in another format."""
    (run,) = json.loads(place.fusion("runs", "list", "--format", "json").stdout)["runs"]
    done = documented(place.fusion("runs", "show", run["id"], "--format", format))
    assert done.returncode == 0, done
    return done


def refused(place: Workplace, *args: str, stdin: bytes | None = None, **environment: str) -> str:
    """The one sentence of a run that is refused, which leaves no output file behind."""
    done = documented(place.fusion("review", *args, "--output", "out.txt", stdin=stdin, **environment))
    assert done.returncode == 2, done
    assert not list(place.folder.glob("*out.txt*")) + list(place.folder.glob(".fusion-*"))
    return one_sentence(done)


def test_an_unknown_revision(place: Workplace) -> None:
    place.commit("Flaw", **{"run.py": FLAW})
    assert "featur" in refused(place, "featur")
    assert "feature" in refused(place, "featur")
    assert as_json(place, "--only", "bandit", code=1)["findings"], "the next run is fine"


def test_unrelated_histories(place: Workplace) -> None:
    place.git("checkout", "--quiet", "--orphan", "other")
    place.commit("Other", **{"run.py": FLAW})
    assert "main..other compares them as they are" in refused(place, "main...other")
    assert "history in common" in refused(place)
    assert as_json(place, "main..other", "--only", "bandit", code=1)["findings"]


def test_a_shallow_clone(place: Workplace, tmp_path: Path) -> None:
    place.commit("Flaw", **{"run.py": FLAW})
    place.git("clone", "--quiet", "--depth=1", "--branch=feature", place.folder.as_uri(), str(tmp_path / "clone"))
    clone = Workplace(tmp_path / "clone", place.home)
    assert "--deepen" in refused(clone)
    assert "--deepen" in refused(clone, "HEAD~3..HEAD")
    assert as_json(clone, "--all", "--only", "bandit", code=1)["findings"]


def test_every_kind_of_entry_is_on_the_receipt(place: Workplace) -> None:
    lib = Workplace(place.folder / "lib", place.home).init()
    lib.commit("Lib", **{"l.py": INNOCENT})
    (place.folder / "link.py").symlink_to("/etc/passwd")
    (place.folder / "README.md").unlink()
    place.git("mv", "old.py", "new.py")
    (place.folder / "add.py").chmod(0o755)
    place.commit("All", **{"pic.png": b"\x89PNG\0\0", "run.py": FLAW.encode()})
    review = as_json(place, code=1)
    files = {file["path"]: file.get("reason", "") for file in review["coverage"]["files"]}
    assert set(files) == {"lib", "link.py", "README.md", "new.py", "add.py", "pic.png", "run.py"}
    for path, word in {"lib": "submodule", "link.py": "symbolic link", "pic.png": "binary", "add.py": "mode only"}.items():
        assert word in files[path]
    assert files["run.py"] == ""
    assert "root:" not in json.dumps(review), "the link was not followed"


@pytest.mark.parametrize(
    "flaw",
    [
        pytest.param(FLAW.replace("\n", "\r\n").encode(), id="CRLF"),
        pytest.param(FLAW.rstrip("\n").encode(), id="no newline at end"),
        pytest.param(b"# -*- coding: latin-1 -*-\nNAME = 'caf\xe9'\n" + FLAW.encode(), id="not UTF-8"),
        pytest.param(b"\xef\xbb\xbf" + FLAW.encode(), id="byte order mark"),
    ],
)
def test_bytes_of_all_sorts(place: Workplace, flaw: bytes) -> None:
    place.commit("Flaw", **{"run.py": flaw})
    findings = as_json(place, "--only", "bandit", code=1)["findings"]
    line = flaw.split(b"\n").index(next(line for line in flaw.split(b"\n") if b"shell=True" in line)) + 1
    assert line in {finding["location"]["line"] for finding in findings}
    for format in ("terminal", "markdown", "sarif", "github"):
        assert again(place, format).stdout


NAMES = [
    "a b.py",
    "quo\"te'.py",
    "new\nline.py",
    "\u00fcn\u00efc\u00f6de\u4f60.py",
    "\u202egnp.py",
    "esc\x1b[31m.py",
    "[b]x[/b].py",
    "`x`.py",
]


def test_names_of_all_sorts(place: Workplace) -> None:
    place.commit("Flaws", **dict.fromkeys(NAMES, FLAW))
    Path(os.fsdecode(os.fsencode(place.folder) + b"/not\xffutf8.py")).write_text(FLAW)
    place.commit("Bytes")
    found = {finding["location"]["path"] for finding in as_json(place, "--only", "bandit", code=1)["findings"]}
    assert found == {*NAMES, "not\\xffutf8.py"}
    for format in ("terminal", "markdown", "sarif", "github"):
        again(place, format).stdout.encode("utf-8")
    assert documented(place.fusion("runs", "list")).returncode == 0


def test_a_hundred_thousand_lines_and_a_line_of_five_megabytes(place: Workplace) -> None:
    lines = "".join(f"V{number} = {number}\n" for number in range(100_000))
    place.commit("Much", **{"much.py": lines, "long.js": f"var x = '{'y' * 5_000_000}';\n", "run.py": FLAW})
    done = documented(place.fusion("review", "--only", "bandit", "--format", "json"))
    review = json.loads(done.stdout)
    assert "run.py" in {finding["location"]["path"] for finding in review["findings"]}
    receipt = {file["path"]: file for file in review["coverage"]["files"]}
    assert set(receipt) == {"much.py", "long.js", "run.py"}
    unread = [file for file in receipt.values() if file.get("wanted", True) and not file.get("reviewed")]
    assert done.returncode == (3 if unread else 1)


PATCH = "diff --git a/run.py b/run.py\nnew file mode 100644\n--- /dev/null\n+++ b/run.py\n@@ -0,0 +1,5 @@\n" + "".join(
    f"+{line}\n" for line in FLAW.splitlines()
)


@pytest.mark.parametrize(
    ("patch", "word"),
    [
        pytest.param(PATCH[:-30].rsplit("\n", 1)[0] + "\n", "the patch ends in the middle", id="truncated"),
        pytest.param(PATCH.replace("@@ -0,0 +1,5 @@", "@@ nonsense @@"), "line 5", id="malformed"),
        pytest.param(PATCH.replace("+1,5", "+1,99999999999999999999"), "line 5", id="a number that overflows"),
        pytest.param(PATCH.replace("+1,5", "+1,999999999"), "middle", id="a count that promises too much"),
        pytest.param(PATCH.replace("run.py", "../../run.py"), "climbs out", id="climbs out"),
        pytest.param(PATCH.replace("run.py", ".git/hooks/pre-commit"), "git's own folder", id="into .git"),
        pytest.param(PATCH.replace("b/run.py", "/etc/passwd").replace("a/run.py", "/etc/passwd"), "", id="absolute"),
        pytest.param('diff --git "a/\\033[31m.py" "b/..\\057..\\057x"\n', "", id="quoted escapes"),
        pytest.param("<html>503 Service Unavailable</html>\n", "no change in this patch", id="no patch at all"),
    ],
)
def test_a_patch_that_cannot_be(place: Workplace, patch: str, word: str) -> None:
    assert word in refused(place, "-", stdin=patch.encode())
    place.write("change.patch", patch)
    assert word in refused(place, "change.patch")


def test_a_patch_from_standard_input_after_one_that_was_refused(place: Workplace) -> None:
    refused(place, "-", stdin=PATCH.replace("@@ -0,0 +1,5 @@", "@@ nonsense @@").encode())
    assert as_json(place, "-", "--only", "bandit", stdin=PATCH.encode(), code=1)["findings"]


def test_an_empty_patch_is_an_empty_change(place: Workplace) -> None:
    done = documented(place.fusion("review", "-", stdin=b""))
    assert done.returncode == 0
    assert "Nothing to review" in done.stderr


@pytest.mark.parametrize(
    ("policy", "word"),
    [
        ("ignore: 7\n", "ignore"),
        ("caps: {inline: many}\n", "inline"),
        ("analyzers: [bandit]\n", "analyzers"),
        ("block: sometimes\n", "block"),
        ("- a list\n", "line 1"),
        ("a: &a [x]\nb: &b [*a, *a]\nc: [*b, *b]\n", ""),
        ("ignore: ['\x1b[31m']\nnonsense\x1b]0;t\x07: 1\n", ""),
        ("[" * 100_000, "nested"),
        ("!!python/object/apply:os.system ['touch canary']\n", ""),
    ],
)
def test_a_configuration_with_wrong_types(place: Workplace, policy: str, word: str) -> None:
    place.commit("Flaw", **{"run.py": FLAW})
    place.write("policy.yml", policy)
    assert word in refused(place, "--policy", "policy.yml")
    place.git("checkout", "--quiet", "main")
    place.commit("Policy", **{".fusion.yml": policy})
    place.git("checkout", "--quiet", "feature")
    place.git("rebase", "--quiet", "main")
    assert word in refused(place)
    assert not (place.folder / "canary").exists()


def test_another_configuration_than_the_broken_one_of_the_base(place: Workplace) -> None:
    place.git("checkout", "--quiet", "main")
    place.commit("Policy", **{".fusion.yml": "block: sometimes\n"})
    place.git("checkout", "--quiet", "feature")
    place.git("rebase", "--quiet", "main")
    place.commit("Flaw", **{"run.py": FLAW})
    assert "block" in refused(place)
    place.write("policy.yml", "{}\n")
    assert as_json(place, "--policy", "policy.yml", "--only", "bandit", code=1)["findings"]


@pytest.fixture
def site(tmp_path: Path) -> str:
    """A PYTHONPATH with a plugin for each way in which a tool can misbehave."""
    info = tmp_path / "site" / "naughty-1.0.dist-info"
    info.mkdir(parents=True)
    (info / "METADATA").write_text("Metadata-Version: 2.1\nName: naughty\nVersion: 1.0\n")
    names = ("crashing", "hanging", "garbled", "flooding")
    (info / "entry_points.txt").write_text("[fusion.analyzers]\n" + "".join(f"{name} = naughty:{name}\n" for name in names))
    (tmp_path / "site" / "naughty.py").write_text(
        "from tests.fakes import analyzers\n"
        + "".join(f"def {name}():\n    return analyzers.{name.upper()}\n" for name in names)
    )
    return os.pathsep.join([str(tmp_path / "site"), str(Path(__file__).parents[2])])


@pytest.mark.parametrize(
    ("tool", "outcome"), [("crashing", "failed"), ("hanging", "timed_out"), ("garbled", "failed"), ("flooding", "cut")]
)
def test_a_tool_that_misbehaves(place: Workplace, site: str, tool: str, outcome: str) -> None:
    place.commit("Flaw", **{"run.py": FLAW})
    review = as_json(place, "--only", tool, "--only", "bandit", code=3, PYTHONPATH=site)
    assert review["verdict"] == "incomplete"
    assert {run["tool"]: run["outcome"] for run in review["coverage"]["tools"]} == {tool: outcome, "bandit": "ok"}
    assert any(gap.startswith(tool) for gap in review["coverage"]["gaps"])
    assert review["findings"], "what the other tool found is kept"
    shown = documented(place.fusion("review", "--only", tool, PYTHONPATH=site))
    assert shown.returncode == 3
    assert tool in shown.stdout


def _mounts() -> bool:
    tried = subprocess.run(["unshare", "-Urm", "mount", "-t", "tmpfs", "t", "/mnt"], capture_output=True, check=False)
    return tried.returncode == 0


@pytest.fixture
def small_disk() -> None:
    if sys.platform != "linux" or not shutil.which("unshare") or not _mounts():
        pytest.skip("a disk of our own needs Linux and user namespaces")


@pytest.mark.usefixtures("small_disk")
@pytest.mark.parametrize("size", ["4k", "64k", "280k"])
def test_a_full_disk(place: Workplace, tmp_path: Path, size: str) -> None:
    """The state folder's disk is full at once or midway; once there is room the same folder serves."""
    place.commit("Flaw", **{"run.py": FLAW, "large.py": "".join(f"LARGE_{n} = {n * n}\n" for n in range(6000))})
    (tmp_path / "state").mkdir()
    script = (
        f"mount -t tmpfs -o size={size} disk {tmp_path}/state && "
        f"{sys.executable} -m fusion review --only bandit --format json --output {tmp_path}/first.json; echo first $?;"
        f"mount -o remount,size=100m {tmp_path}/state &&"
        f"{sys.executable} -m fusion runs resume >/dev/null 2>{tmp_path}/resumed; echo resumed $?;"
        f"{sys.executable} -m fusion review --only bandit --format json --output {tmp_path}/second.json; echo second $?;"
        f"ls {tmp_path}/state/runs"
    )
    done = subprocess.run(
        ["unshare", "-Urm", "sh", "-c", script], cwd=place.folder, env=place.env(), capture_output=True, text=True, check=False
    )
    said = done.stdout.split()
    assert said[0] == "first", done
    assert "Traceback" not in done.stderr
    if said[1] == "1":
        assert json.loads((tmp_path / "first.json").read_text())["findings"]
    else:
        assert said[1] in ("2", "3"), done
        assert re.search(r"^fusion: .*(disk is full|full)", done.stderr, re.MULTILINE), done.stderr
        assert not (tmp_path / "first.json").exists()
    assert said[4:6] == ["second", "1"], (done, (tmp_path / "resumed").read_text())
    assert said[6:] == [], "no journal is stuck"
    assert json.loads((tmp_path / "second.json").read_text())["findings"]


@pytest.mark.usefixtures("small_disk")
def test_a_full_disk_below_the_output(place: Workplace, tmp_path: Path) -> None:
    place.commit("Flaw", **{"run.py": FLAW})
    (tmp_path / "disk").mkdir()
    script = (
        f"mount -t tmpfs -o size=4k disk {tmp_path}/disk && echo before >{tmp_path}/disk/out.json && "
        f"{sys.executable} -m fusion review --only bandit --format json --output {tmp_path}/disk/out.json; echo $?;"
        f"ls -A {tmp_path}/disk; cat {tmp_path}/disk/out.json"
    )
    done = subprocess.run(
        ["unshare", "-Urm", "sh", "-c", script], cwd=place.folder, env=place.env(), capture_output=True, text=True, check=False
    )
    assert done.stdout.split() == ["2", "out.json", "before"], done
    assert "cannot be written" in done.stderr


def test_devices_are_written_to_and_stay_devices(place: Workplace, tmp_path: Path) -> None:
    place.commit("Flaw", **{"run.py": FLAW})
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    with subprocess.Popen(["cat", str(pipe)], stdout=subprocess.PIPE) as reader:
        done = documented(place.fusion("review", "--only", "bandit", "--format", "json", "--output", str(pipe)))
        assert done.returncode == 1
        assert reader.stdout is not None
        assert json.loads(reader.stdout.read())["findings"]
    assert pipe.is_fifo()
    assert place.fusion("review", "--only", "bandit", "--output", "/dev/null").returncode == 1
    assert Path("/dev/null").is_char_device()
    assert "run.py" in place.fusion("review", "--only", "bandit", "--output", "/dev/stdout").stdout


def test_an_output_that_exists_keeps_its_mode_and_a_link_is_not_followed(place: Workplace, tmp_path: Path) -> None:
    place.commit("Flaw", **{"run.py": FLAW})
    (tmp_path / "victim").write_text("mine")
    out = place.folder / "out.json"
    for target in (tmp_path / "victim", tmp_path / "nowhere", Path("/dev/null")):
        out.symlink_to(target)
        assert place.fusion("review", "--only", "bandit", "--format", "json", "--output", "out.json").returncode == 1
        assert not out.is_symlink()
        assert json.loads(out.read_text())["findings"]
        out.unlink()
    assert (tmp_path / "victim").read_text() == "mine"
    out.write_text("old")
    out.chmod(0o600)
    assert place.fusion("review", "--only", "bandit", "--format", "json", "--output", "out.json").returncode == 1
    assert json.loads(out.read_text())["findings"]
    assert out.stat().st_mode & 0o777 == 0o600
    (place.folder / ".fusion.yml").symlink_to(tmp_path / "victim")
    assert place.fusion("init").returncode == 2
    assert place.fusion("init", "--force").returncode == 0
    assert (tmp_path / "victim").read_text() == "mine"
    assert place.fusion("config", "check").returncode == 0


DAMAGE = [
    pytest.param("state.db", b"this is no database at all, whatever its name may say\n" * 100, "damaged", id="no database"),
    pytest.param("state.db", None, "newer Fusion", id="newer"),
]


@pytest.mark.parametrize(("name", "content", "word"), DAMAGE)
def test_a_state_folder_that_cannot_be_used(place: Workplace, name: str, content: bytes | None, word: str) -> None:
    place.commit("Flaw", **{"run.py": FLAW})
    assert place.fusion("review", "--only", "bandit").returncode == 1
    for file in place.home.glob(f"{name}*"):
        if content is not None:
            file.unlink()
    if content is None:
        connection = sqlite3.connect(place.home / name)
        connection.execute("PRAGMA user_version = 99")
        connection.close()
    else:
        (place.home / name).write_bytes(content)
    assert word in refused(place, "--only", "bandit")
    assert list((place.home / "runs").iterdir()) == [], "no journal is left of a run that could not begin"
    for command in (("runs", "list"), ("runs", "show", "review-")):
        done = documented(place.fusion(*command))
        assert done.returncode == 2
        assert word in one_sentence(done)
    (place.home / name).unlink()
    assert place.fusion("review", "--only", "bandit").returncode == 1


def test_a_review_whose_bytes_are_gone_or_damaged(place: Workplace) -> None:
    place.commit("Flaw", **{"run.py": FLAW})
    assert place.fusion("review", "--only", "bandit").returncode == 1
    (run,) = json.loads(place.fusion("runs", "list", "--format", "json").stdout)["runs"]
    digest = run["review"].removeprefix("sha256:")
    blob = place.home / "blobs" / digest[:2] / digest[2:]
    kept = blob.read_bytes()
    for damaged in (kept[:-1] + b"?", b"", None):
        blob.unlink()
        if damaged is not None:
            blob.write_bytes(damaged)
        done = documented(place.fusion("runs", "show", run["id"]))
        assert done.returncode == 3
        assert "blob" in one_sentence(done)
        blob.touch()
    assert place.fusion("review", "--only", "bandit").returncode == 1, "the next review writes what it needs"


def test_a_damaged_journal_keeps_nobody_from_finishing_the_others(place: Workplace) -> None:
    place.commit("Flaw", **{"run.py": FLAW})
    process = place.begin("review")
    runs = place.home / "runs"
    process.kill()
    process.communicate()
    (runs / "review-0000.db").write_bytes(b"rubbish" * 1000)
    done = documented(place.fusion("runs", "resume"))
    assert done.returncode == 3
    assert "review-0000.db is damaged" in one_sentence(done)
    assert "run.py:5" in done.stdout
    assert [path.name for path in runs.glob("*.db")] == ["review-0000.db"]
    (runs / "review-0000.db").unlink()
    assert place.fusion("runs", "resume").returncode == 0
