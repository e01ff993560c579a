"""What fixes are tried with: two analyzers that look for words, an agent that reports what they see, a model that patches."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from fusion.agent import Case
from fusion.evidence.local import LocalExaminer
from fusion.evidence.sandbox import Sandbox
from fusion.model import AgentTask, Completion, Evidence, Finding, Outcome, Prompt, Report, Response, Vote
from fusion.plugins import Loaded, analyzers
from tests.fakes.analyzers import Marks, Program
from tests.fakes.bot import World
from tests.fakes.obeying import Obeying
from tests.fakes.reasoning import Replying, reasoning_of

WORSE = Program(
    name="other",
    code=(
        "import sys\n"
        "for name in sys.argv[1:]:\n"
        "    for number, line in enumerate(open(name), 1):\n"
        "        if 'WORSE' in line: print(name, number, line.index('WORSE') + 1, line.rstrip(), sep='\\t')\n"
    ),
)
"""Reports each `WORSE`."""


VOTES = (Vote(by="finder", says="supported", reason="It is bad."), Vote(by="verifier", says="supported"))
"""Of an opinion that a second reader shares."""


def finding_of(evidence: Evidence, /, **fields: Any) -> Finding:
    """The finding that stands on one piece of evidence."""
    told = {
        "fingerprint": evidence.fingerprint,
        "agent": "reporter",
        "family": evidence.family,
        "category": evidence.category,
        "title": "A flaw",
        "severity": evidence.severity,
        "confidence": evidence.confidence,
        "location": evidence.location,
        "evidence": (evidence,),
        "fix": evidence.fix,
    }
    return Finding.model_validate(told | fields)


@dataclass(frozen=True)
class Reporter:
    """Makes a finding of each piece of evidence; with `forgetful`, one that has none."""

    forgetful: bool = False
    name: str = "reporter"

    def tasks(self, case: Case) -> Sequence[AgentTask]:
        """One task, with everything found already."""
        fields: dict[str, Any] = (
            {"evidence": (), "fix": None, "family": "model:contract", "votes": VOTES} if self.forgetful else {}
        )
        found = tuple(finding_of(item, **fields) for item in case.evidence)
        return [AgentTask(agent=self.name, id="1", read=tuple(case.contents.head), candidates=found)]

    def ask(self, task: AgentTask) -> Prompt | None:
        """Nothing."""

    def read(self, task: AgentTask, completion: Completion | None) -> Report:
        """What was found."""
        return Report(agent=self.name, outcome=Outcome.OK, read=task.read, findings=task.candidates)


def quick() -> str:
    """A policy under which the data-flow analysis is the one analyzer."""
    names = sorted(analyzers(()).plugins.keys() - {"dataflow"})
    return "version: 1\nanalyzers:\n" + "".join(f"  {name}: false\n" for name in names)


def plugins(mend: str | None) -> dict[str, Any]:
    """The fields of a bundle: the analyzers, of which the first may know a fix, and the agent."""
    return {
        "analyzers": Loaded(plugins={"marks": Marks(mend=mend), "other": WORSE}, broken={}),
        "agents": Loaded(plugins={"reporter": Reporter()}, broken={}),
    }


Edits = Callable[[Prompt], Sequence[Mapping[str, Any]]]


@dataclass
class Patcher:
    """A model that answers the Fixer by turns, the last turn again and again; everybody else gets nothing of use."""

    turns: Sequence[Edits | Response | None]
    """Edits, another end, or None: it declines."""
    asked: list[Prompt] = field(default_factory=list)

    def __call__(self, prompt: Prompt) -> Response | str:
        """The reply."""
        if prompt.agent != "fixer":
            return json.dumps({"lines": ["It changes a line."], "diagram": ""})
        turn = self.turns[min(len(self.asked), len(self.turns) - 1)]
        self.asked.append(prompt)
        if isinstance(turn, Response):
            return turn
        if turn is None:
            return json.dumps({"status": "declined", "title": "It is meant to be so", "edits": []})
        return json.dumps({"status": "patched", "title": "Say good", "edits": list(turn(prompt))})


def instead(old: str, new: str) -> Edits:
    """One edit: the first shown line that holds `old`, with `new` in its place."""

    def edits(prompt: Prompt) -> Sequence[Mapping[str, Any]]:
        passage, number, quote = shown(prompt, old)
        text = quote[1:] if quote[:1] in "+ " else quote
        return [{"passage": passage, "line": number, "end_line": number, "quote": quote, "text": text.replace(old, new)}]

    return edits


def shown(prompt: Prompt, wanted: str) -> tuple[str, int, str]:
    """Passage, number and text of the first line in a prompt that holds something."""
    passage = ""
    for line in prompt.messages[1].text.split("\n"):
        if match := re.match(r"\[\[data (P\d+) ", line):
            passage = match[1]
        elif passage and wanted in line and (match := re.match(r"(\d+)\|(.*)", line)):
            return passage, int(match[1]), match[2]
    raise LookupError(wanted)


def replies(made: World) -> list[str]:
    """What Fusion has said in its threads, beside the findings."""
    return [said.body for thread in made.threads for said in thread.comments[1:] if said.ours]


def world(
    folder: Path, *, mend: str | None = None, model: Callable[[Prompt], Response | str] | Obeying | None = None, **fields: Any
) -> World:
    """A bot whose analyzer reports each BAD, and knows a fix or does not, and perhaps a model."""
    made = World(folder=folder)
    made.bundle_fields = {"examiner": LocalExaminer(Sandbox.detect()), **plugins(mend), **fields}
    if model is not None:
        asked = model if isinstance(model, Obeying) else Replying(model)
        made.bundle_fields["reasoning"] = reasoning_of(asked, store=made.store, clock=made.clock)
    return made
