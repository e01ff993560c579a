"""Model calls answered by files and by recordings: what is written, and what hostile or broken files do."""

from __future__ import annotations

import asyncio
import json
import os
from pathlib import Path
from typing import Any

import pytest

from fusion.adapters.models.exchange import ExchangeModel
from fusion.adapters.models.identity import identity
from fusion.adapters.models.recorded import RecordedModel, Recorder
from fusion.errors import UserError
from fusion.model import ChatMessage, Ending, Limits, Prompt, Source, Usage, Work
from tests.fakes.models import ScriptedModel, failure, reply

PROMPT = Prompt(
    agent="security",
    work=Work.REVIEW,
    messages=(ChatMessage(role="user", text="naïve \U0001f600"),),
    schema_name="findings",
    reply_schema={"type": "object"},
    limits=Limits(output_tokens=8, seconds=5.0),
)
ID = identity(PROMPT)
AT_ONCE = PROMPT.model_copy(update={"limits": Limits(output_tokens=8, seconds=0.2)})


def test_what_cannot_change_the_reply_does_not_change_the_identity() -> None:
    moved = PROMPT.model_copy(update={"sources": (Source(path="a.py", bytes=3),)})
    assert identity(moved) == identity(AT_ONCE) == ID
    for change in ({"agent": "tests"}, {"reply_schema": {}}, {"limits": Limits(output_tokens=9)}, {"work": Work.VERIFY}):
        assert identity(PROMPT.model_copy(update=change)) != ID


async def test_an_outside_process_is_the_model(tmp_path: Path) -> None:
    asking = asyncio.create_task(ExchangeModel(tmp_path).complete(PROMPT))
    request = tmp_path / "requests" / f"{ID}.json"
    async with asyncio.timeout(240):
        while not request.exists():  # noqa: ASYNC110  # It is another process's turn.
            await asyncio.sleep(0.01)
    assert json.loads(request.read_text()) == {
        "format": 1,
        "id": ID,
        "agent": "security",
        "work": "review",
        "messages": [{"role": "user", "text": "naïve \U0001f600"}],
        "schema_name": "findings",
        "schema": {"type": "object"},
        "limits": {"output_tokens": 8, "seconds": 5.0, "temperature": 0.0},
    }
    response = tmp_path / "responses" / f"{ID}.json"
    # Not whole at first, as when somebody writes it in place.
    response.write_text('{"value": {"find')
    await asyncio.sleep(0.12)
    response.write_text('{"value": {"findings": ["é"]}, "model": "other/1", "usage": {"input_tokens": 3, "output_tokens": 2}}')
    answered = await asking
    assert (answered.ending, answered.text, answered.model) == (Ending.OK, '{"findings": ["é"]}', "other/1")
    assert answered.usage == Usage(input_tokens=3, output_tokens=2)
    assert [path.name for path in tmp_path.rglob("*") if path.is_file()] == [f"{ID}.json"] * 2, "nothing lies about"
    assert await ExchangeModel(tmp_path).complete(AT_ONCE) == answered, "answered once, answered ever after"


async def test_nobody_answers(tmp_path: Path) -> None:
    response = await ExchangeModel(tmp_path).complete(AT_ONCE)
    assert response.ending is Ending.TIMED_OUT
    assert f"responses/{ID}.json" in response.reason


HOSTILE: dict[str, Any] = {
    "not JSON": b"{",
    "not UTF-8": b'{"text": "\xff"}',
    "a list": b"[1]",
    "nothing said": b"{}",
    "two things said": b'{"text": "a", "value": {}}',
    "text that is none": b'{"text": 7}',
    "usage that lies": b'{"text": "a", "usage": {"input_tokens": -1, "output_tokens": 1}}',
    "a name with a line": b'{"text": "a", "model": "x\\ny"}',
    "unknown": b'{"text": "a", "exec": "rm"}',
    "too long": b'{"text": "' + b"x" * 2000 + b'"}',
    "endless": b" " * 1_200_000,
    "deep": b"[" * 100_000,
}


@pytest.mark.parametrize("content", HOSTILE.values(), ids=HOSTILE)
async def test_a_hostile_response_file_is_unusable(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "responses").mkdir()
    (tmp_path / "responses" / f"{ID}.json").write_bytes(content)
    response = await ExchangeModel(tmp_path, settled=0.0).complete(AT_ONCE)
    assert (response.ending, response.text) == (Ending.UNUSABLE, "")


@pytest.mark.parametrize("kind", ["link", "pipe", "folder"])
async def test_what_is_no_plain_file_is_not_read(tmp_path: Path, kind: str) -> None:
    (tmp_path / "responses").mkdir()
    path = tmp_path / "responses" / f"{ID}.json"
    (tmp_path / "secret").write_text('{"text": "secret"}')
    if kind == "link":
        path.symlink_to(tmp_path / "secret")
    elif kind == "pipe":
        os.mkfifo(path)
    else:
        path.mkdir()
    response = await ExchangeModel(tmp_path, settled=0.0).complete(AT_ONCE)
    assert response.ending in (Ending.TIMED_OUT, Ending.UNUSABLE)
    assert response.text == ""


async def test_a_folder_that_cannot_be_used_is_said(tmp_path: Path) -> None:
    (tmp_path / "requests").write_text("a file")
    with pytest.raises(UserError, match="name a folder"):
        await ExchangeModel(tmp_path).complete(AT_ONCE)


async def test_a_recording_plays_back_byte_for_byte(tmp_path: Path) -> None:
    file = tmp_path / "run.jsonl"
    said = [failure(Ending.LIMITED, retry_after=2.5), reply('{"a": "\u2028 é \\u0000"}', usage=Usage(input_tokens=3))]
    recorder = Recorder(ScriptedModel(said), file)
    other = PROMPT.model_copy(update={"agent": "tests"})
    for prompt in (PROMPT, PROMPT, other):
        await recorder.complete(prompt)
    model = RecordedModel(file)
    heard: list[str] = []
    played = [await model.complete(prompt, heard=heard.append) for prompt in (other, PROMPT, PROMPT, PROMPT)]
    assert played == [said[1], said[0], said[1], said[1]]
    assert heard == [said[1].text] * 3
    unknown = await model.complete(PROMPT.model_copy(update={"agent": "compliance"}))
    assert (unknown.ending, unknown.reason) == (
        Ending.MISSING,
        "The recording has no reply to this prompt: record the run again.",
    )


@pytest.mark.parametrize("content", [b"\xff", b"{}\n", b'{"prompt": "x", "response": {"ending": "fine"}}\n', b"[" * 10_000])
def test_a_file_that_is_no_recording_is_said(tmp_path: Path, content: bytes) -> None:
    file = tmp_path / "run.jsonl"
    file.write_bytes(content)
    with pytest.raises(UserError, match=r"run\.jsonl"):
        RecordedModel(file)
    with pytest.raises(UserError, match="cannot be read"):
        RecordedModel(tmp_path / "none")


async def test_a_recording_that_cannot_be_written_is_said(tmp_path: Path) -> None:
    with pytest.raises(UserError, match="name another file"):
        await Recorder(ScriptedModel(reply("{}")), tmp_path).complete(PROMPT)
