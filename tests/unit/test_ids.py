"""Ids that people type: one per finding of a review, kept through pushes, renames and older ledgers."""

from __future__ import annotations

import pytest

from fusion.errors import UserError
from fusion.judging.ids import SHOWN, ambiguous, fitting, identified
from fusion.judging.judge import Judgement
from fusion.judging.ledger import Ledger, dismiss, entry_named
from fusion.model import Finding, State
from tests.fakes.judging import AT, change_of, finding_of, judged, scan

BEFORE = "import subprocess\n\n\ndef run(command):\n    return command\n"
AFTER = "import subprocess\n\n\ndef run(command):\n    return subprocess.call(command, shell=True)\n"


def push(
    ledger: Ledger | None = None, *, head: str = "head-1", renames: dict[str, str] | None = None, **texts: str
) -> Judgement:
    """Files by name, each looked at by bandit; those with the flaw have one fingerprint."""
    paths = {f"{name}.py": text for name, text in texts.items()}
    change, contents = change_of({path: (BEFORE, text) for path, text in paths.items()}, head=head, renames=renames)
    return judged(change, contents, [one for path, text in paths.items() for one in scan("bandit", path, text)], ledger=ledger)


def ids(judgement: Judgement) -> dict[str, str]:
    return {finding.location.path: finding.short for finding in judgement.review.findings}


def test_a_finding_alone_is_known_by_its_fingerprint() -> None:
    [finding] = push(a=AFTER).review.findings
    assert finding.id == finding.fingerprint


def test_equal_findings_of_two_files_have_two_ids_and_keep_them() -> None:
    first = push(a=AFTER, b=AFTER)
    assert len({finding.fingerprint for finding in first.review.findings}) == 1
    assert len(set(ids(first).values())) == 2
    second = push(first.ledger, head="head-2", a=AFTER, b="\n\n" + AFTER, c=AFTER)
    assert {path: second_id for path, second_id in ids(second).items() if path != "c.py"} == ids(first)
    assert len(set(ids(second).values())) == 3
    third = push(second.ledger, head="head-3", renames={"d.py": "b.py"}, a=AFTER, d=AFTER, c=AFTER)
    assert (ids(third)["a.py"], ids(third)["d.py"]) == (ids(first)["a.py"], ids(first)["b.py"])
    edited = push(third.ledger, head="head-4", a=AFTER.replace("call(command", "call( command"), d=AFTER, c=AFTER)
    assert ids(edited) == ids(third)


def test_a_twin_that_comes_later_takes_no_id_away() -> None:
    first = push(b=AFTER)
    second = push(first.ledger, head="head-2", a=AFTER, b=AFTER)
    assert ids(second)["b.py"] == ids(first)["b.py"]
    assert entry_named(second.ledger, ids(first)["b.py"]).path == "b.py"


def test_a_ledger_from_before_there_were_ids_works_on() -> None:
    now = push(a=AFTER, b=AFTER).ledger.model_dump(mode="json")
    for entry in now["entries"]:
        del entry["finding"]["id"]
    old = Ledger.model_validate(now)
    fingerprint = old.entries[0].fingerprint
    with pytest.raises(UserError, match=r"2 findings fit .*: [0-9a-f]{8} in a\.py:5, [0-9a-f]{8} in b\.py:5\. Give the whole"):
        dismiss(old, fingerprint[:8], State.WONT_FIX, by="ann", how="", at=AT)
    kept, entry = dismiss(old, fingerprint[:8], State.WONT_FIX, by="ann", how="", at=AT, path="b.py")
    after = push(kept, head="head-2", a=AFTER, b=AFTER)
    assert [finding.location.path for finding in after.review.findings if finding.disposition.state is State.WONT_FIX] == [
        "b.py"
    ]
    assert ids(after)["b.py"] == entry.finding.short
    lone = Ledger(
        entries=(old.entries[0].model_copy(update={"finding": old.entries[0].finding.model_copy(update={"id": ""})}),)
    )
    assert entry_named(lone, fingerprint[:8]).finding.id == fingerprint


def test_ids_begin_differently_can_be_typed_and_are_the_judges() -> None:
    near = [finding_of(path=f"{n}.py", text="x", fingerprint="ab12cd34" + str(n) * 56) for n in range(3)]
    odd = finding_of(path="odd.py", text="x", fingerprint="../Not hex!")
    made = identified([*near, odd], taken=["ab12cd34"])
    assert len({one.id[:SHOWN] for one in made} | {"ab12cd34"}) == 5
    assert all(set(one.id) <= set("0123456789abcdef") and len(one.id) == 64 for one in made)
    assert identified(made) == made
    change, contents = change_of({"a.py": (BEFORE, AFTER)})
    told = [one.model_copy(update={"id": "cafe"}) for one in scan("bandit", "a.py", AFTER)]
    [finding] = judged(change, contents, told).review.findings
    assert finding.id == finding.fingerprint, "what an agent calls it does not count"


def test_what_is_typed_means_an_id_before_it_means_a_fingerprint() -> None:
    def one(path: str, **fields: str) -> Finding:
        return finding_of(path=path, text="x", fingerprint=fields["fingerprint"]).model_copy(update={"id": fields["id"]})

    both = [one("a.py", fingerprint="b" * 64, id="a" * 64), one("b.py", fingerprint="b" * 64, id="c" * 64)]
    assert [found.location.path for found in fitting(" AAAA ", both, lambda it: it)] == ["a.py"]
    assert len(found := fitting("bbbb", both, lambda it: it)) == 2
    assert "aaaaaaaa in a.py:1, cccccccc in b.py:1" in ambiguous("bbbb", found)
    assert fitting("dddd", both, lambda it: it) == []
