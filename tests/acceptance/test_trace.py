"""One trace from a signed webhook to the posted review, although the process that began it was killed half way."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.fakes.collector import Seen, tree
from tests.fakes.serving import SECRET
from tests.load.lives import CHANGE
from tests.load.traced import TITLE, across_a_restart

PATH = (
    *("webhook", "process pull", "orchestration pull", "orchestration review", "orchestration agent"),
    *("orchestration thought", "activity complete", "chat mine"),
)


def way(spans: dict[str, Seen], span: Seen) -> tuple[str, ...]:
    """The names from the trace's beginning to a span."""
    return (*(way(spans, spans[span.parent]) if span.parent else ()), span.name)


@pytest.mark.slow
def test_one_trace_from_webhook_to_review_across_a_restart(tmp_path: Path) -> None:
    with across_a_restart(tmp_path) as seen:
        spans = {span.id: span for span in seen.spans}
        ways = {way(spans, span) for span in seen.spans}
        assert PATH in ways
        assert (*PATH[:3], "activity publish") in ways
        assert "debugger stop" in seen.conversation
        lines = tree(seen.spans).splitlines()
        assert lines[:7] == [
            "webhook",
            "  process pull",
            "    orchestration pull",
            "      activity announce",
            "      activity learn_decisions",
            "      orchestration review",
            "        activity fetch_change (attempt 2)",
        ]
        assert lines[-1] == "      activity publish"

        # What was begun by the one was ended by the other, and is one step of both.
        pull, webhook = (next(one for one in seen.spans if one.name == name) for name in ("orchestration pull", "webhook"))
        announced = next(one for one in seen.spans if one.name == "activity announce")
        assert {webhook.id, pull.parent, announced.id} <= seen.before
        assert pull.id not in seen.before
        assert announced.parent == pull.id
        assert pull.start <= announced.start < announced.end <= pull.end
        assert (webhook.kind, spans[pull.parent].kind) == ("server", "consumer")
        asked = next(one for one in seen.spans if one.name == "chat mine")
        assert (asked.kind, asked.attributes["gen_ai.response.model"]) == ("client", "scripted-1")

        # Nothing of what is reviewed, of people, or of what opens doors is in anything that was sent.
        code = [line.strip() for text in CHANGE.values() for line in text.splitlines() if len(line.strip()) > 12]
        for private in (TITLE, SECRET, "octocat", "PRIVATE KEY", *code):
            assert private.encode() not in seen.collector.bodies, private
        assert b"octo/shop" in seen.collector.bodies
        # The log names the trace, so that one leads to the other.
        assert f"trace={webhook.trace}" in seen.log
        [ended] = [line for line in seen.log.splitlines() if "the review of" in line and " ends: " in line]
        assert f"trace={webhook.trace}" in ended, "told by the process that did not begin it"
