"""Logs of the bot: one record a line, with what it is about, and nothing in them that steers a terminal or forges a line."""

from __future__ import annotations

import asyncio
import io
import json
import logging
from collections.abc import Iterator
from typing import Literal

import pytest

from fusion.serve import logs


@pytest.fixture
def lines(request: pytest.FixtureRequest) -> Iterator[io.StringIO]:
    """What is written, with the root logger as it was afterwards."""
    form: Literal["json", "text"] = request.param
    root, ours = logging.getLogger(), logging.getLogger("fusion")
    before = root.handlers[:], root.level, ours.level
    stream = io.StringIO()
    logs.configure(form, stream=stream)
    yield stream
    root.handlers[:], level, own = before
    root.setLevel(level)
    ours.setLevel(own)


log = logging.getLogger("fusion.test")


@pytest.mark.parametrize("lines", ["json"], indirect=True)
def test_a_record_says_what_it_is_about(lines: io.StringIO) -> None:
    with logs.about(delivery="d-1"):
        with logs.about(run="r-1", other=""):
            log.info("published %d", 3)
        log.warning("late")
    log.info("alone")
    first, second, third = map(json.loads, lines.getvalue().splitlines())
    assert (first["message"], first["delivery"], first["run"], first["level"]) == ("published 3", "d-1", "r-1", "info")
    assert "other" not in first
    assert (second["delivery"], "run" in second) == ("d-1", False)
    assert "delivery" not in third
    assert first["time"].endswith("Z")


@pytest.mark.parametrize("lines", ["json"], indirect=True)
async def test_tasks_do_not_mix_what_they_are_about(lines: io.StringIO) -> None:
    async def one(id: str) -> None:
        with logs.about(delivery=id):
            await asyncio.sleep(0)
            log.info(id)

    await asyncio.gather(*(one(f"d-{number}") for number in range(20)))
    records = [json.loads(line) for line in lines.getvalue().splitlines()]
    assert len(records) == 20
    assert all(record["message"] == record["delivery"] for record in records)


@pytest.mark.parametrize("lines", ["json", "text"], indirect=True)
def test_a_record_is_one_line_whatever_is_in_it(lines: io.StringIO) -> None:
    log.info("a\nb\x1b[31m\u202e\u2028c")
    written = lines.getvalue()
    assert written.count("\n") == 1
    assert len(written.splitlines()) == 1
    assert "\x1b" not in written
    assert "\u202e" not in written


@pytest.mark.parametrize("lines", ["json"], indirect=True)
def test_an_error_comes_with_its_traceback(lines: io.StringIO) -> None:
    try:
        raise ValueError("why")
    except ValueError:
        log.exception("it broke")
    record = json.loads(lines.getvalue())
    assert record["message"] == "it broke"
    assert "ValueError: why" in record["error"]


@pytest.mark.parametrize("lines", ["text"], indirect=True)
def test_others_are_heard_from_warnings_on(lines: io.StringIO) -> None:
    logging.getLogger("httpx").info("GET")
    logging.getLogger("httpx").warning("odd")
    assert "GET" not in lines.getvalue()
    assert "odd" in lines.getvalue()
