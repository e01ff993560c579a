"""`fusion dead-letters` as a person uses it who finds out why a delivery was not handled."""

from __future__ import annotations

import asyncio
import json
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path

import pytest

from fusion.adapters.sqlite.inference import SqliteInference
from fusion.adapters.sqlite.queue import SqliteQueue
from fusion.model import InferenceJob, Urgency
from fusion.ports import Message, Priority
from tests.fakes.commandline import Workplace, one_sentence

GUID = "72d3162e-cc78-11e3-81ab-4c9367dc0958"
OTHER = "0b989ba4-242f-11e5-81e1-c7b6966d2516"


@pytest.fixture
def place(tmp_path: Path) -> Workplace:
    (tmp_path / "elsewhere").mkdir()
    return Workplace(tmp_path / "elsewhere", tmp_path / "state", {"COLUMNS": "80"})


def set_aside(place: Workplace, id: str, *, reason: str = "Gone", detail: str = "It is not there.", **body: str) -> None:
    async def bury() -> None:
        with SqliteQueue(place.home / "queue.db") as queue:
            await queue.send(Message(id=id, session="octo-org/octo-repo#12", body=body))
            locked = await queue.receive(Priority.EVENT, wait=0)
            assert locked is not None
            await queue.dead_letter(locked, reason=reason, detail=detail)

    asyncio.run(bury())


def waiting(place: Workplace) -> list[Message]:
    async def drain() -> list[Message]:
        found = []
        with SqliteQueue(place.home / "queue.db") as queue:
            while (locked := await queue.receive(Priority.EVENT, wait=0)) is not None:
                found.append(locked.message)
                await queue.complete(locked)
        return found

    return asyncio.run(drain())


def test_the_list_fits_eighty_columns_and_nothing_steers_the_terminal(place: Workplace) -> None:
    done = place.fusion("dead-letters")
    assert (done.returncode, done.stdout) == (0, "No message was set aside.\n")
    assert place.fusion("dead-letters", "drop", "--all").stdout == done.stdout
    set_aside(place, GUID)
    set_aside(place, "\x1b[2J‮evil", reason="Trans\x1bient")
    done = place.fusion("dead-letters", "list")
    assert done.returncode == 0, done.stderr
    lines = done.stdout.splitlines()
    assert all(len(line) <= 80 for line in lines), lines
    assert lines[0].split() == ["message", "since", "where", "why"]
    assert lines[1].startswith(GUID)
    assert lines[1].split()[-1] == "Gone"
    assert "<U+001B>[2J<U+202E>evil" in done.stdout
    assert "\x1b" not in done.stdout


def test_one_is_shown_whole_by_the_beginning_of_its_id(place: Workplace) -> None:
    set_aside(place, GUID, detail="No such\nrepository.\x1b[31m", kind="comment", text="naïve ‮ text")
    done = place.fusion("dead-letters", "show", GUID[:6])
    assert done.returncode == 0, done.stderr
    assert f"message   {GUID}" in done.stdout
    assert "where     octo-org/octo-repo#12" in done.stdout
    assert "detail    No such repository.<U+001B>[31m" in done.stdout
    assert '"text": "naïve <U+202E> text"' in done.stdout
    shown = json.loads(place.fusion("dead-letters", "show", GUID, "--format", "json").stdout)
    assert shown["body"] == {"kind": "comment", "text": "naïve ‮ text"}
    listed = json.loads(place.fusion("dead-letters", "list", "--format", "json").stdout)
    assert listed["schema_version"] == 1
    [letter] = listed["dead_letters"]
    assert (letter["id"], letter["reason"], letter["attempts"], letter["priority"]) == (GUID, "Gone", 1, "event")


def test_replayed_and_dropped_by_name_or_all(place: Workplace) -> None:
    for id in (GUID, OTHER, "c"):
        set_aside(place, id, about=id)
    done = place.fusion("dead-letters", "replay", GUID[:8], GUID)
    assert (done.returncode, done.stdout) == (0, f"{GUID} is in the queue again, as {GUID}/r1.\n"), done.stderr
    assert [(message.id, message.body) for message in waiting(place)] == [(f"{GUID}/r1", {"about": GUID})]
    done = place.fusion("dead-letters", "drop", "c")
    assert (done.returncode, done.stdout) == (0, "c is forgotten.\n")
    assert place.fusion("dead-letters", "replay", "--all").returncode == 0
    assert [message.id for message in waiting(place)] == [f"{OTHER}/r1"]
    assert place.fusion("dead-letters").stdout == "No message was set aside.\n"


@pytest.mark.parametrize(
    ("args", "said"),
    [
        (("show", "0b"), "No messages that were set aside begin with 0b"),
        (("replay", "72", "not there"), "No messages that were set aside begin with not there"),
        (("replay", "72", "ambi"), "2 messages that were set aside begin with ambi"),
        (("drop",), "or say --all"),
        (("drop", "--all", "72"), "or say --all"),
        (("list", "--format", "xml"), "no format 'xml'"),
    ],
)
def test_what_cannot_be_done_is_one_sentence_and_nothing_is_done(place: Workplace, args: tuple[str, ...], said: str) -> None:
    set_aside(place, GUID)
    set_aside(place, "ambiguous")
    set_aside(place, "ambivalent")
    done = place.fusion("dead-letters", *args)
    assert done.returncode == 2
    assert said in one_sentence(done)
    assert waiting(place) == []
    assert len(json.loads(place.fusion("dead-letters", "list", "--format", "json").stdout)["dead_letters"]) == 3


def test_the_workers_dead_jobs_are_among_them(place: Workplace) -> None:
    async def bury() -> None:
        now = datetime.now(UTC)
        with SqliteInference(place.home / "inference.db") as inference:
            values = {"model": "m", "payload": "sha256:" + "0" * 64, "run": "review-1", "event": "e", "enqueued": now}
            job = InferenceJob(id="review-1/a/0", urgency=Urgency.PULL, repository="o/n", expires=now, **values)
            await inference.submit(job)
            held = await inference.jobs(lambda *_: 0).receive(0)
            assert held is not None
            await inference.jobs(lambda *_: 0).dead_letter(held, "InvalidPrompt", "It does not fit.")

    asyncio.run(bury())
    set_aside(place, GUID)
    (job, letter) = json.loads(place.fusion("dead-letters", "list", "--format", "json").stdout)["dead_letters"]
    assert (letter["id"], letter["kind"]) == (GUID, "message")
    assert (job["id"], job["kind"], job["session"]) == ("review-1/a/0", "job", "inference worker, o/n")
    shown = place.fusion("dead-letters", "show", "review-1").stdout
    assert "InvalidPrompt" in shown
    assert '"model": "m"' in shown
    refused = place.fusion("dead-letters", "replay", "review-1", GUID)
    assert refused.returncode == 2
    assert "whoever waited for it has gone another way" in one_sentence(refused)
    assert waiting(place) == []
    done = place.fusion("dead-letters", "replay", "--all")
    assert done.returncode == 0
    assert "stay set aside" in one_sentence(done)
    assert [message.id for message in waiting(place)] == [f"{GUID}/r1"]
    assert place.fusion("dead-letters", "drop", "--all").stdout == "review-1/a/0 is forgotten.\n"
    assert place.fusion("dead-letters").stdout == "No message was set aside.\n"


def test_azure_without_its_packages_is_a_sentence(tmp_path: Path) -> None:
    """As after `make setup`, which installs what one machine needs."""
    bare = "import sys; sys.modules['azure'] = None; sys.argv = ['fusion', 'dead-letters']; from fusion.cli import main; main()"
    done = subprocess.run(
        [sys.executable, "-c", bare],
        env={"FUSION_HOME": str(tmp_path), "FUSION_SERVICEBUS": "name.servicebus.windows.net"},
        capture_output=True,
        text=True,
    )
    assert (done.returncode, done.stdout) == (2, "")
    said = one_sentence(done)
    assert said.startswith(
        "fusion: A service of Azure is configured (FUSION_SERVICEBUS), and the packages for Azure are not installed"
    )
    assert '.venv/bin/pip install -c constraints.txt -e ".[azure]"' in said
