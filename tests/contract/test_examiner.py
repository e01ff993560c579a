"""One contract, every examiner: this machine's sandbox, the evidence service at an address, and a pool of sessions before it.

With the hostile repositories of the acceptance tests nothing is silenced, executed or reached; and with whatever a service, a
network or a pool does, every file is read or unread, and nothing counts as looked at that was not.
"""

from __future__ import annotations

import asyncio
import base64
import contextlib
import socket
from collections.abc import Iterator, Mapping
from dataclasses import asdict
from pathlib import Path
from typing import Any

import pytest

from fusion import plugins
from fusion.adapters.sessions import HttpSessions, fixed
from fusion.evidence.analyzer import Analyzer, Missing, Ready
from fusion.evidence.analyzers.dataflow import Dataflow
from fusion.evidence.collect import collect
from fusion.evidence.digests import rules_of
from fusion.evidence.examiner import Examiner, Footing, Look
from fusion.evidence.local import LocalExaminer
from fusion.evidence.remote.examiner import RemoteExaminer
from fusion.evidence.remote.parts import Room
from fusion.evidence.sandbox import Sandbox
from fusion.evidence.service.answering import Answering
from fusion.evidence.service.app import App
from fusion.evidence.service.contract import LIMITS
from fusion.model import Blob, Change, ChangeKind, Contents, FileChange, Outcome, Provenance, ToolReport, ToolRun
from fusion.policy import Policy
from tests.acceptance import test_hostile_python as besieged
from tests.acceptance import test_hostile_tools as attacked
from tests.fakes.analyzers import CRASHING, FLOODING, GARBLED, HANGING, Marks, Program
from tests.fakes.github.wire import Wire
from tests.fakes.sessions import TOKEN, Pool, Trouble

OWN = "a-token-of-thirty-two-characters"
SANDBOX = Sandbox.detect()
FILES = {"a.txt": b"fine\nBAD thing\n", "dir/b.txt": b"fine\n"}
PROBE = r"""
import os, socket, sys
port, *near = open(sys.argv[1]).read().splitlines()
told = [f"env {name}" for name in os.environ if "TOKEN" in name or "FUSION" in name or "AZURE" in name]
for host in ("127.0.0.1", "169.254.169.254"):
    try:
        socket.create_connection((host, int(port)), 0.3)
        told.append(f"socket {host}")
    except OSError:
        pass
for name in [*near, "/proc/1/environ"]:
    try:
        with open(name, "rb"):
            told.append(f"file {name}")
    except OSError:
        pass
for what in told:
    print(f"./near.txt\t1\t1\t{what}")
"""
REACHING = Program(name="reaching", code=PROBE)
OURS: Mapping[str, Analyzer] = {
    tool.name: tool for tool in (Marks(), Marks(name="mending", mend="GOOD"), CRASHING, GARBLED, FLOODING, HANGING, REACHING)
}


ANSWERING = Answering({**plugins.analyzers().plugins, **OURS}, SANDBOX)


def service(token: str = "") -> App:
    return App(ANSWERING, token=token, at_once=4)


async def at_once(_seconds: float) -> None:
    await asyncio.sleep(0)


def asking(pool: Pool, **more: Any) -> RemoteExaminer:
    sessions = HttpSessions(pool.url, token=fixed(TOKEN), pool=True)
    return RemoteExaminer(sessions, **{"sleep": at_once, "grace": 5.0, **more})


@pytest.fixture(scope="module")
def examiners() -> Iterator[Mapping[str, Examiner]]:
    wire = Wire(service(OWN))
    wire.start()
    with Pool(service) as pool:
        yield {
            "local": LocalExaminer(SANDBOX),
            "served": RemoteExaminer(HttpSessions(wire.url, token=fixed(OWN), pool=False)),
            "pool": asking(pool),
        }
        assert pool.living == 0
        assert len({*pool.used}) == len(pool.used) == pool.questions
    wire.stop()


@pytest.fixture(params=["local", "served", "pool"])
def examiner(request: pytest.FixtureRequest, examiners: Mapping[str, Examiner]) -> Examiner:
    return examiners[request.param]


@pytest.fixture(params=["served", "pool"])
def remote(request: pytest.FixtureRequest, examiners: Mapping[str, Examiner]) -> Examiner:
    return examiners[request.param]


async def look(
    examiner: Examiner, analyzer: Analyzer, files: Mapping[str, bytes], *, seconds: float = 20.0, **more: Any
) -> Look:
    ready = examiner.locate(analyzer)
    assert isinstance(ready, Ready)
    found = await examiner.examine(analyzer, ready, files, seconds=seconds, **more)
    assert sorted([*found.read, *(item.path for item in found.unread)]) == sorted(files)
    return found


# --- the same everywhere


async def test_hits_are_told_with_their_places_and_fixes(examiner: Examiner) -> None:
    names = {"flaw\nrun.py:5: fixed.py": b"BAD\n", "-rf --version.py": b"BAD\n", "\u202eodd \u00e4.py": b"x\n\tBAD\n"}
    found = await look(examiner, Marks(name="mending", mend="GOOD"), {**FILES, **names, "c.txt": b"UNREAD\n"})
    assert found.outcome is Outcome.OK
    places = {(hit.location.path, hit.location.line, hit.location.column) for hit in found.hits}
    assert places == {
        ("a.txt", 2, 1),
        ("flaw\nrun.py:5: fixed.py", 1, 1),
        ("-rf --version.py", 1, 1),
        ("\u202eodd \u00e4.py", 2, 2),
    }
    assert all(hit.fix and hit.fix.edits[0].path == hit.location.path and not hit.fix.verified for hit in found.hits)
    assert [(item.path, item.reason) for item in found.unread] == [("c.txt", "refused")]


async def test_a_file_that_a_tool_fails_on_hides_no_other(examiner: Examiner) -> None:
    found = await look(examiner, Marks(), {**FILES, "crash.txt": b"CRASH\n", "last.txt": b"BAD\n"})
    assert found.outcome is Outcome.FAILED
    assert [item.path for item in found.unread] == ["crash.txt"]
    assert {hit.location.path for hit in found.hits} == {"a.txt", "last.txt"}


@pytest.mark.parametrize(
    ("tool", "outcome"),
    [(CRASHING, Outcome.FAILED), (GARBLED, Outcome.FAILED), (FLOODING, Outcome.CUT), (HANGING, Outcome.TIMED_OUT)],
    ids=lambda value: getattr(value, "name", None),
)
async def test_what_a_tool_does_wrong_is_the_outcome(examiner: Examiner, tool: Analyzer, outcome: Outcome) -> None:
    found = await look(examiner, tool, {"a.txt": b"x\n"}, seconds=0.3 if tool is HANGING else 20.0)
    assert (found.outcome, found.read, found.hits) == (outcome, (), ())
    assert found.reason


async def test_nothing_is_reachable_from_inside(examiner: Examiner, tmp_path: Path) -> None:
    if not (SANDBOX.files_confined and SANDBOX.network_cut):
        pytest.skip(f"not shut in here: {SANDBOX.isolation}")
    assert await _reached(examiner, tmp_path) == set()


async def test_what_is_not_shut_in_reaches_out(tmp_path: Path) -> None:
    """What the test above looks for is there to be found."""
    assert await _reached(LocalExaminer(Sandbox()), tmp_path) >= {"socket 127.0.0.1", f"file {tmp_path / 'secret'}"}


async def _reached(examiner: Examiner, folder: Path) -> set[str]:
    folder.joinpath("secret").write_text("of somebody else")
    with socket.create_server(("127.0.0.1", 0)) as door:
        port = door.getsockname()[1]
        found = await look(examiner, REACHING, {"near.txt": f"{port}\n{folder / 'secret'}\n".encode()})
    assert found.outcome is Outcome.OK, found.reason
    return {hit.message.removeprefix("bad: ") for hit in found.hits}


# --- the hostile repositories, away from here


@pytest.mark.parametrize("name", besieged.SIEGES)
async def test_no_siege_silences_or_executes(name: str, examiners: Mapping[str, Examiner], tmp_path: Path) -> None:
    siege, examiner = besieged.SIEGES[name], examiners["pool" if len(name) % 2 else "served"]
    _installed(siege.analyzer)
    canary = tmp_path / "canary"
    bare = await _scanned(examiner, siege.analyzer, {siege.path: siege.bare})
    hostile = {
        path: text.format(canary=str(canary)) if text == besieged.CARRY_ON else text
        for path, text in besieged.EVERYWHERE.items()
    }
    report = await _scanned(examiner, siege.analyzer, {**hostile, **siege.files, siege.path: siege.silenced})
    assert report.run.outcome is Outcome.OK, report.run.reason
    assert besieged.places(report, siege.path) == besieged.places(bare, siege.path) != []
    assert siege.path in report.run.read
    assert not canary.exists()
    assert report.run.isolation.endswith(SANDBOX.isolation)
    assert report.run.version
    assert report.run.rules
    footing = await examiner.footing(siege.analyzer)
    assert isinstance(footing, Footing)
    assert footing.carries(report.run), "what is remembered of it counts as long as the service stays what it is"


@pytest.mark.parametrize("attack", attacked.ATTACKS, ids=[f"{one.analyzer.name} {one.path}" for one in attacked.ATTACKS])
async def test_no_attack_silences_or_executes(
    attack: attacked.Attack, examiners: Mapping[str, Examiner], tmp_path: Path
) -> None:
    _installed(attack.analyzer)
    canary = tmp_path / "canary"
    files = {path: text.replace(attacked.CANARY, str(canary)) for path, text in attack.files.items()}
    report = await _scanned(examiners["pool"], attack.analyzer, {**files, attack.path: attack.comments[0]})
    assert report.run.outcome is Outcome.OK, report.run.reason
    assert attack.rule in {item.rule for item in report.evidence if item.location.path == attack.path}
    assert not canary.exists()


def _installed(analyzer: Analyzer) -> None:
    if not isinstance(analyzer.locate(), Ready):
        pytest.skip(f"{analyzer.name} is not installed")


async def _scanned(examiner: Examiner, analyzer: Analyzer, files: Mapping[str, str], **more: Any) -> ToolReport:
    contents = {path: text.encode() for path, text in files.items()}
    blob = Blob(digest="sha256:" + "0" * 64, size=1)
    changes = tuple(FileChange(path=path, kind=ChangeKind.ADDED, head=blob) for path in contents)
    change = Change(repository="o/r", subject="branch:x", base="", head="1" * 40, files=changes, whole_tree=True, **more)
    return await collect(
        analyzer,
        change=change,
        contents=Contents(head=contents),
        policy=Policy(),
        examiner=examiner,
        provenance=Provenance(),
    )


# --- what only something far away can do wrong


async def test_an_analyzer_that_is_not_there_is_skipped_as_here(remote: Examiner) -> None:
    report = await _scanned(remote, Marks(name="unheard-of"), {"a.txt": "x\n"})
    assert (report.run.outcome, report.run.reason) == (Outcome.SKIPPED, "the evidence service has no such analyzer")


async def test_what_a_service_was_before_its_image_was_exchanged_counts_no_more(examiners: Mapping[str, Examiner]) -> None:
    class Marked(Marks):
        rules_added: Mapping[str, bytes] = {"python/more.toml": b"#"}

    served = examiners["served"]
    assert isinstance(await served.footing(Marks(name="unheard-of")), Missing)
    now = await served.footing(Marks())
    assert isinstance(now, Footing)
    assert now.carries((await _scanned(served, Marks(), {"a.txt": "BAD\n"})).run)
    taught = await served.footing(Marked())
    assert isinstance(taught, Footing)
    assert taught.rules == rules_of(Marked()) != now.rules
    for run in ({"version": "0.9"}, {"rules": ""}, {"isolation": "evidence service at 127.0.0.1; resource limits"}):
        assert not now.carries(ToolRun(tool="marks", outcome=Outcome.OK, **{**asdict(now), **run}))
    nobody = RemoteExaminer(HttpSessions("http://127.0.0.1:1", token=None, pool=False))
    assert await nobody.footing(Marks()) is None


async def test_code_from_forks_is_looked_at_there(examiners: Mapping[str, Examiner]) -> None:
    beside = LocalExaminer(SANDBOX, beside_identities=True)
    refused = await _scanned(beside, Marks(), {"a.txt": "BAD\n"}, fork=True)
    assert refused.run.outcome is Outcome.SKIPPED
    report = await _scanned(examiners["pool"], Marks(), {"a.txt": "BAD\n"}, fork=True)
    assert (report.run.outcome, report.run.hits) == (Outcome.OK, 1)
    assert report.run.isolation == f"Container Apps dynamic session (pool 127); {SANDBOX.isolation}"


@pytest.mark.parametrize(
    "trouble", [Trouble.COLD, Trouble.FULL, Trouble.NONE_LEFT, Trouble.DYING, Trouble.HALF, Trouble.CRASHED]
)
async def test_a_trouble_that_passes_is_waited_for(trouble: Trouble) -> None:
    with Pool(service) as pool:
        pool.next(trouble, trouble)
        found = await look(asking(pool), Marks(), FILES)
        assert (found.outcome, len(found.hits), pool.questions, pool.living) == (Outcome.OK, 1, 3, 0)


@pytest.mark.parametrize(
    ("trouble", "outcome", "why"),
    [
        (Trouble.NONE_LEFT, Outcome.FAILED, "has no session free (404)"),
        (Trouble.COLD, Outcome.FAILED, "has no session free (503)"),
        (Trouble.DYING, Outcome.FAILED, "ended before its answer did"),
        (Trouble.HALF, Outcome.FAILED, "ended before its answer did"),
        (Trouble.CRASHED, Outcome.FAILED, "answered 500"),
        (Trouble.GARBAGE, Outcome.FAILED, "counts for nothing: it does not keep to its contract"),
        (Trouble.FLOOD, Outcome.CUT, "more than can be taken"),
        (Trouble.SLOW, Outcome.TIMED_OUT, "did not answer in time"),
        (Trouble.DRIP, Outcome.TIMED_OUT, "did not answer in time"),
        (Trouble.ELSEWHERE, Outcome.FAILED, "nobody follows"),
    ],
)
async def test_a_trouble_that_stays_leaves_every_file_unread(trouble: Trouble, outcome: Outcome, why: str) -> None:
    with Pool(service) as pool:
        pool.next(*[trouble] * 200)
        # Where an answer is waited for in vain, next to nothing is left of what a service may take around a run.
        grace, seconds = (0.4 - LIMITS.until(0.1), 0.1) if outcome is Outcome.TIMED_OUT else (5.0, 20.0)
        found = await look(asking(pool, grace=grace), Marks(), {"a.txt": b"BAD\n"}, seconds=seconds)
        assert (found.outcome, found.read, found.hits) == (outcome, (), ())
        assert why in found.reason
        assert pool.living == 0


async def test_a_file_that_ends_its_session_hides_no_other() -> None:
    kills = b"the file that takes the whole session with it"
    files = {f"{name}.txt": b"BAD\n" for name in "abcdefg"} | {"killer.txt": kills}
    with Pool(service, kills=base64.b64encode(kills)[:-4]) as pool:
        found = await look(asking(pool), Marks(), files)
        assert found.outcome is Outcome.FAILED
        assert [item.path for item in found.unread] == ["killer.txt"]
        assert len(found.hits) == 7
        assert pool.living == 0


async def test_who_is_not_let_in_is_told_how_to_be(examiners: Mapping[str, Examiner]) -> None:
    with Pool(service) as pool:
        wrong = RemoteExaminer(HttpSessions(pool.url, token=fixed("another"), pool=True))
        found = await look(wrong, Marks(), FILES)
        assert found.outcome is Outcome.FAILED
        assert "Azure ContainerApps Session Executor" in found.reason
        assert "az role assignment create" in found.reason
        assert pool.questions == 0
    wire = Wire(service(OWN))
    wire.start()
    found = await look(RemoteExaminer(HttpSessions(wire.url, token=None, pool=False)), Marks(), FILES)
    wire.stop()
    assert (found.outcome, "FUSION_EVIDENCE_TOKEN" in found.reason) == (Outcome.FAILED, True)


async def test_nobody_there_is_no_success() -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
    gone = RemoteExaminer(HttpSessions(f"http://127.0.0.1:{port}", token=None, pool=False), sleep=at_once, grace=5.0)
    report = await _scanned(gone, Marks(), {"a.txt": "BAD\n"})
    assert (report.run.outcome, report.run.read) == (Outcome.FAILED, ())
    assert "cannot be reached" in report.run.reason
    assert [item.path for item in report.run.unread] == ["a.txt"]


async def test_many_wait_for_the_one_session() -> None:
    with Pool(service, size=1) as pool:
        patient = asking(pool, sleep=asyncio.sleep, grace=60.0)
        found = await asyncio.gather(*(look(patient, Marks(), FILES) for _ in range(3)))
        assert [one.outcome for one in found] == [Outcome.OK] * 3
        assert len(pool.used) == len(pool.stopped) == 3


async def test_who_no_longer_waits_leaves_no_session_behind() -> None:
    with Pool(service) as pool:
        pool.next(Trouble.SLOW)
        asked = asyncio.ensure_future(look(asking(pool), Marks(), FILES))
        await asyncio.to_thread(pool.begun.wait, 10)
        asked.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await asked
        assert (pool.living, pool.stopped) == (0, pool.used)


async def test_more_than_a_question_holds_is_asked_in_several() -> None:
    files = {f"{number}.txt": b"BAD\n" + bytes(90) for number in range(10)} | {"large.txt": bytes(2000)}
    with Pool(service) as pool:
        found = await look(asking(pool, room=Room(files=4, bytes=10_000, one=1000)), Marks(), files)
        assert (found.outcome, len(found.hits), pool.questions) == (Outcome.FAILED, 10, 3)
        assert [(item.path, "larger than the 1,000 bytes" in item.reason) for item in found.unread] == [("large.txt", True)]


async def test_data_is_followed_from_one_question_into_another(examiners: Mapping[str, Examiner]) -> None:
    files = {
        "web.py": "import flask\nimport shell\n\n\ndef page():\n    return shell.run(flask.request.args['name'])\n",
        "shell.py": "import os\n\n\ndef run(name):\n    os.system('echo ' + name)\n",
        "large.py": "x = 1\n" * 40,
    }
    near = await _scanned(examiners["local"], Dataflow(), files)
    with Pool(service) as pool:
        far = await _scanned(asking(pool, room=Room(files=3, bytes=480, one=500)), Dataflow(), files)
        assert pool.questions == 3
    assert near.run.hits >= 1
    assert {(item.rule, item.location) for item in far.evidence} == {(item.rule, item.location) for item in near.evidence}
    assert far.run.outcome is Outcome.OK


async def test_a_session_that_lies_is_believed_nothing() -> None:
    with Pool(service, lie=lambda body: body.replace(b"dir/b.txt", b"/etc/passwd")) as pool:
        found = await look(asking(pool), Marks(), FILES)
        assert (found.outcome, found.hits) == (Outcome.FAILED, ())
        assert "counts for nothing" in found.reason
    with Pool(service, lie=lambda body: body.replace(b'"read":["a.txt","dir/b.txt"]', b'"read":["a.txt"]')) as pool:
        found = await look(asking(pool), Marks(), FILES)
        assert (found.outcome, found.read, len(found.hits)) == (Outcome.FAILED, ("a.txt",), 1)
