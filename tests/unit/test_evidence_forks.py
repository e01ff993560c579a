"""Code from forks is given to tools only where nothing they could take over is near an identity, and the receipt says so."""

from dataclasses import replace

import pytest

from fusion.evidence.collect import collect
from fusion.evidence.launcher import LANDLOCK, NAMESPACES, SECCOMP
from fusion.evidence.local import LocalExaminer
from fusion.evidence.sandbox import Sandbox
from fusion.evidence.trial import Refusal, trial
from fusion.evidence.verify import verify
from fusion.model import Finding, Outcome, Provenance
from fusion.policy import Policy
from tests.fakes.analyzers import Marks
from tests.fakes.sides import sides

HOST = LocalExaminer(Sandbox.detect())
BESIDE = replace(HOST, beside_identities=True)
HEAD = {"a.txt": b"x = BAD\n"}
FLAWED = Marks(mend="good")


@pytest.mark.parametrize(
    ("levels", "beside", "allowed"),
    [
        ({NAMESPACES: 1, LANDLOCK: 4, SECCOMP: 1}, False, True),
        ({SECCOMP: 1, LANDLOCK: 1}, False, True),
        ({NAMESPACES: 1, LANDLOCK: 4, SECCOMP: 1}, True, False),
        ({NAMESPACES: 1, SECCOMP: 1}, False, False),
        ({LANDLOCK: 4}, False, False),
        ({}, False, False),
    ],
)
def test_strangers_need_no_network_no_files_and_no_identity(levels: dict[str, int], beside: bool, allowed: bool) -> None:
    assert LocalExaminer(Sandbox(levels=levels), beside_identities=beside).for_strangers is allowed


async def test_code_from_a_fork_is_skipped_with_its_reason() -> None:
    change, contents = sides(HEAD)
    looks = {}
    for name, fork in (("own", False), ("fork", True)):
        looks[name] = await collect(
            FLAWED,
            change=change.model_copy(update={"fork": fork}),
            contents=contents,
            policy=Policy(required=("marks",)),
            examiner=BESIDE,
            provenance=Provenance(),
        )
    assert (looks["own"].run.outcome, len(looks["own"].evidence)) == (Outcome.OK, 1)
    assert looks["own"].run.isolation.endswith("beside this host's identity")
    run = looks["fork"].run
    assert (run.outcome, run.required, run.read, looks["fork"].evidence) == (Outcome.SKIPPED, True, (), ())
    assert "code from a fork is not given to tools here" in run.reason
    assert "beside this host's identity" in run.reason


async def test_a_fork_s_fixes_are_not_tried_out_either() -> None:
    change, contents = sides(HEAD)
    seen = await collect(FLAWED, change=change, contents=contents, policy=Policy(), examiner=HOST, provenance=Provenance())
    (item,) = seen.evidence
    found = Finding(
        fingerprint=item.fingerprint,
        agent="security",
        family=item.family,
        category=item.category,
        title="A flaw",
        severity=item.severity,
        confidence=item.confidence,
        location=item.location,
        evidence=(item,),
        fix=item.fix,
    )
    assert item.fix is not None
    forked = change.model_copy(update={"fork": True})
    known = {"marks": FLAWED}
    offered = []
    for host in (HOST, BESIDE):
        (done,) = await verify([found], analyzers=known, change=forked, contents=contents, policy=Policy(), examiner=host)
        offered.append(done.fix is not None)
    assert offered == [True, False]
    refused = await trial(found, item.fix, analyzers=known, change=forked, contents=contents, policy=Policy(), examiner=BESIDE)
    assert isinstance(refused, Refusal)
    assert "code from a fork" in str(refused)
