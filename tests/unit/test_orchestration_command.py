"""What a command's orchestration answers where it failed: words from elsewhere are shown, and do nothing."""

from __future__ import annotations

from typing import Any, cast

import pytest
from durabletask import task

from orchestrations.command import command


class Context:
    """Gives what was called back, for the test to answer."""

    instance_id = "command-1"

    def call_activity(self, name: str, *, input: dict[str, Any]) -> tuple[str, dict[str, Any]]:
        return name, input


def test_the_words_of_a_failure_are_inert_and_hold_no_secret() -> None:
    answers: dict[str, Any] = {
        "hear": {"status": "permitted"},
        "obey": {"status": "failed", "message": f"@everyone ![x](https://evil.example/?k) ghp_{'a1B2' * 9} <img>" + "x" * 5000},
        "answer": {"status": "answered"},
    }
    running = command(cast(task.OrchestrationContext, Context()), {"event": {}})
    asked: list[tuple[str, dict[str, Any]]] = []
    called: Any = next(running)
    with pytest.raises(StopIteration) as ended:
        while asked.append(called) is None:
            called = running.send(answers[called[0]])
    assert ended.value.value == {"status": "failed"}
    said = asked[-1][1]["say"]
    assert said.startswith("That did not work: ")
    assert not [word for word in ("@everyone", "](", "evil.example/", "a1B2a1B2", "<img>") if word in said]
    assert len(said) < 1500
