"""What a command's orchestration answers where it failed: words from elsewhere are shown, and do nothing."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, cast

from durabletask import task

from orchestrations.command import command


class Context:
    """Gives what was called back, for the test to answer."""

    instance_id = "command-1"

    def call_activity(self, name: str, *, input: dict[str, Any]) -> tuple[str, dict[str, Any]]:
        return name, input


def asked(answers: dict[str, Any]) -> Iterator[tuple[str, dict[str, Any]]]:
    """The activities that the orchestration calls, answered by name."""
    running = command(cast(task.OrchestrationContext, Context()), {"event": {}})
    called: Any = next(running)
    while called is not None:
        yield called
        try:
            called = running.send(answers[called[0]])
        except StopIteration:
            called = None


def test_the_words_of_a_failure_are_inert_and_hold_no_secret() -> None:
    answers: dict[str, Any] = {
        "hear": {"status": "permitted"},
        "obey": {"status": "failed", "message": f"@everyone ![x](https://evil.example/?k) ghp_{'a1B2' * 9} <img>" + "x" * 5000},
        "answer": {"status": "answered"},
    }
    said = list(asked(answers))[-1][1]["say"]
    assert said.startswith("That did not work: ")
    assert not [word for word in ("@everyone", "](", "evil.example/", "a1B2a1B2", "<img>") if word in said]
    assert len(said) < 1500
