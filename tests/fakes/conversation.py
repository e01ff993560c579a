"""A pull request that is reviewed again and again: the real judge, the forge in memory, and the plans applied to it."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field

from fusion.adapters.memory.conversation import MemoryConversation
from fusion.errors import Denied, Unplaced
from fusion.judging.judge import Judgement, judge
from fusion.judging.ledger import Ledger
from fusion.model import Operation, Outcome, Provenance, Report, Review, Scene, Thread, ToolRun
from fusion.policy import Policy
from fusion.ports import Permission, Place
from fusion.publishing import Learned, Marks, Notice, Plan, Posted, Reviewed, asks, denied, learn, noted, plan, without
from tests.fakes.judging import ASKED, AT, change_of, finding_of

REPOSITORY, NUMBER = "acme/shop", 12
PLACE = Place(repository=REPOSITORY, number=NUMBER)
MARKS = Marks([b"a key of the tests"], REPOSITORY, NUMBER)


WORDS = ("zebra", "open", "quick", "ls", "fjord", "wvt", "hymn", "dub", "axe")
"""Lines 1 to 9 of the file call these; no two of them read alike to the judge."""


def sha(number: int) -> str:
    """The commit of the nth push."""
    return f"{number:07x}" + "0" * 33


class Crash(Exception):
    """The process died."""


@dataclass(kw_only=True)
class Bot:
    """One pull request. `flaws` are lines of `app.py` that a tool reports; everything else is what Fusion keeps."""

    forge: MemoryConversation = field(default_factory=MemoryConversation)
    policy: Policy = field(default_factory=Policy)
    ledger: Ledger = field(default_factory=Ledger)
    posted: Posted = field(default_factory=Posted)
    pushes: int = 1
    judgement: Judgement | None = None
    writes: list[Operation] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.forge.open_pull(REPOSITORY, NUMBER, head=sha(1))
        self.forge.grant(REPOSITORY, "mona", Permission.WRITE)

    @property
    def scene(self) -> Scene:
        """The conversation now."""
        return asyncio.run(self.forge.read(PLACE))

    @property
    def review(self) -> Review:
        """The last review."""
        assert self.judgement is not None
        return self.judgement.review

    def push(self) -> None:
        """A new head."""
        self.pushes += 1
        self.forge.push(REPOSITORY, NUMBER, sha(self.pushes))

    def judge(self, *flaws: int, broken: bool = False) -> Review:
        """A review of the head; line n of the file is a flaw of its own for each n in `flaws`."""
        lines = [f"{word}(request.{word * 3})" for word in WORDS]
        text = "".join(f"{line}\n" for line in lines)
        change, contents = change_of({"app.py": (None, text)}, head=sha(self.pushes), base="b" * 40)
        change = change.model_copy(update={"repository": REPOSITORY, "subject": f"pull:{NUMBER}"})
        found = tuple(finding_of(path="app.py", line=number, text=lines[number - 1]) for number in flaws)
        outcome = Outcome.FAILED if broken else Outcome.OK
        self.judgement = judge(
            change=change,
            contents=contents,
            policy=self.policy,
            runs=[ToolRun(tool="bandit", outcome=outcome, read=() if broken else ("app.py",))],
            reports=[
                Report(
                    agent="security",
                    outcome=Outcome.OK,
                    read=("app.py",),
                    findings=() if broken else found,
                    reasoned=True,
                    calls=ASKED,
                ),
            ],
            ledger=self.ledger,
            provenance=Provenance(at=AT, run=f"run-{self.pushes}"),
        )
        self.ledger = self.judgement.ledger
        return self.judgement.review

    def plan(self, notice: Notice | None = None) -> Plan:
        """What would be written now."""
        assert notice or self.judgement
        what = notice or Reviewed(review=self.review, ledger=self.ledger)
        return plan(what, self.scene, self.posted, self.policy, MARKS)

    def publish(self, *, die: int = -1, late: bool = False, notice: Notice | None = None) -> None:
        """Write it all and keep what is known. `die`: before the nth write, or with `late` right after it; nothing is kept."""
        for _ in range(50):
            made = self.plan(notice)
            known, again = made.known, False
            for number, step in enumerate(made.steps):
                if number == die and not late:
                    raise Crash
                try:
                    answer = asyncio.run(self.forge.apply(PLACE, step.operation))
                except (Unplaced, Denied) as error:
                    known = without(known, step) if isinstance(error, Unplaced) else denied(known, step)
                    again = True
                    break
                self.writes.append(step.operation)
                if number == die:
                    raise Crash
                known = noted(known, step, answer)
            self.posted = known
            if not again:
                return
        raise AssertionError("publishing does not end")

    def learn(self) -> Learned:
        """What people said, into the ledger."""
        scene = self.scene
        logins = asks(scene, self.ledger, MARKS, self.posted)
        granted = {login: asyncio.run(self.forge.permission(PLACE, login)) for login in logins}
        learned = learn(scene, self.ledger, granted, MARKS, posted=self.posted, at=AT)
        self.ledger = learned.ledger
        return learned

    def round(self, *flaws: int) -> None:
        """Learn, review, publish."""
        self.learn()
        self.judge(*flaws)
        self.publish()

    def thread(self, line: int) -> Thread:
        """Our one thread on a line."""
        [found] = [thread for thread in self.scene.threads if thread.line == line]
        return found

    def told(self) -> list[str]:
        """The conversation in short: ours and others' words without markers, threads with their state."""
        scene = self.scene
        out = [f"comment: {_plain(said.body)}" for said in scene.comments]
        for thread in scene.threads:
            state = f"resolved by {thread.resolved_by}" if thread.resolved else "open"
            out.append(f"thread {thread.path}:{thread.line} {state}: " + " | ".join(_plain(s.body) for s in thread.comments))
        out += [
            f"review {review.state}{' folded' if review.minimised else ''}: {_plain(review.body)}" for review in scene.reviews
        ]
        return out + [f"check {check.status} {check.conclusion}: {check.title}" for check in scene.checks]


def _plain(body: str) -> str:
    return body.rsplit("<!-- fusion:", 1)[0].strip()
