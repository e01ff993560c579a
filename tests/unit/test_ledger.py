"""Fingerprints, and the ledger as a person and a review write it."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fusion.errors import UserError
from fusion.judging.fingerprint import fingerprints, normalise
from fusion.judging.ledger import MOST, Ledger, Update, dismiss, written
from fusion.model import Disposition, Edit, Fix, Placement, State
from tests.fakes.judging import AT, finding_of

ITEM = ("sql-injection", "Db.find", "cursor.execute(query % name)")


def test_a_fingerprint_is_sixty_four_hex_digits_and_the_same_everywhere() -> None:
    (mark,) = fingerprints([ITEM])
    # Ledgers in the field hold this one: a change here makes every known finding new.
    assert mark == "d944fe2f88219dfd7f19666695e3a02cf95e5bf110ef00c65a20ba7af6f79081"


@pytest.mark.parametrize(
    "line",
    [
        "    cursor.execute(query % name)",
        "cursor.execute(query  %\tname)",
        "cursor.execute(query % name),",
        "cursor.execute(query % name);",
        "cursor.execute(query % name)  # fetch the person",
        "cursor.execute(query % name) // fetch",
    ],
)
def test_spacing_and_trailing_comments_do_not_matter(line: str) -> None:
    assert fingerprints([(*ITEM[:2], line)]) == fingerprints([ITEM])


@pytest.mark.parametrize(
    "other",
    [
        ("xss", *ITEM[1:]),
        (ITEM[0], "Db.other", ITEM[2]),
        (*ITEM[:2], "cursor.execute(query % title)"),
        (*ITEM[:2], 'cursor.execute("# name")'),
        (*ITEM[:2], "# cursor.execute(query % name)"),
    ],
)
def test_family_symbol_and_code_matter(other: tuple[str, str, str]) -> None:
    assert fingerprints([other]) != fingerprints([ITEM])


def test_a_comment_mark_inside_a_string_is_code() -> None:
    assert normalise('x = "a # b"') == 'x = "a # b"'
    assert normalise("url = 'http://x // y'") == "url = 'http://x // y'"


def test_equal_lines_have_different_ordinals_and_keep_them() -> None:
    three = fingerprints([ITEM, ITEM, ITEM])
    assert len(set(three)) == 3
    assert fingerprints([ITEM, ("xss", "", "y"), ITEM])[::2] == three[:2]


def test_parts_cannot_run_into_each_other() -> None:
    assert fingerprints([("a", "b", "c")]) != fingerprints([("a", "b\\", "c")]) != fingerprints([("a\x00b", "", "c")])
    assert fingerprints([("ab", "", "c")]) != fingerprints([("a", "b", "c")])


@settings(max_examples=60)
@given(st.lists(st.tuples(st.text(max_size=8), st.text(max_size=8), st.text(max_size=40)), max_size=12))
def test_any_text_has_fingerprints_and_they_never_collide(items: list[tuple[str, str, str]]) -> None:
    marks = fingerprints(items)
    assert len(set(marks)) == len(items)
    assert fingerprints(items) == marks


def test_a_huge_line_is_told_apart_by_its_length() -> None:
    assert fingerprints([("f", "", "x" * 10_000)]) != fingerprints([("f", "", "x" * 10_001)])


def ledger_of(*paths: str) -> Ledger:
    findings = [finding_of(path=path, line=number + 1, text="same") for number, path in enumerate(paths)]
    return written(
        [Update(before=None, finding=finding, disposition=Disposition()) for finding in findings],
        head="h",
        base="b",
        at=AT,
    )


def test_dismiss_by_prefix_and_open_again() -> None:
    ledger = ledger_of("a.py")
    mark = ledger.entries[0].fingerprint
    after, entry = dismiss(ledger, f" {mark[:6].upper()} ", State.INCORRECT, by="ann", how="`fusion dismiss`", at=AT)
    assert after.entries[0] == entry
    assert entry.disposition == Disposition(state=State.INCORRECT, by="ann", how="`fusion dismiss`", at=AT)
    assert ledger.entries[0].disposition.state is State.OPEN
    again, _ = dismiss(after, mark, State.OPEN, by="bob", how="", at=AT)
    assert again.entries[0].stands


def test_dismiss_refuses_what_is_not_one_finding() -> None:
    ledger = ledger_of("a.py", "b.py")
    mark = ledger.entries[0].fingerprint
    with pytest.raises(UserError, match=r"2 findings fit .* in a\.py:1, .* in b\.py:2"):
        dismiss(ledger, mark, State.WONT_FIX, by="", how="", at=None)
    after, entry = dismiss(ledger, mark, State.WONT_FIX, by="", how="", at=None, path="b.py")
    assert entry.path == "b.py"
    assert [item.disposition.state for item in after.entries] == [State.OPEN, State.WONT_FIX]
    with pytest.raises(UserError, match="No finding that was said here"):
        dismiss(ledger, "0" * 64, State.WONT_FIX, by="", how="", at=None)
    with pytest.raises(UserError, match="at least 4 characters"):
        dismiss(ledger, mark[:3], State.WONT_FIX, by="", how="", at=None)


@pytest.mark.parametrize("state", [State.ADDRESSED, State.CARRIED, State.STALE])
def test_a_person_cannot_say_what_only_a_review_knows(state: State) -> None:
    with pytest.raises(UserError, match="cannot be set to"):
        dismiss(ledger_of("a.py"), "abcd", state, by="", how="", at=None)


def test_an_entry_keeps_what_the_next_review_needs_and_no_more() -> None:
    fix = Fix(title="t", edits=(Edit(path="a.py", line=1, column=1, end_line=1, end_column=2, text="x"),))
    finding = finding_of(path="a.py", line=3, text="y" * 5_000, symbol="f", fix=fix)
    placed = finding.model_copy(update={"placement": Placement.INLINE})
    entry = written([Update(before=None, finding=placed, disposition=Disposition())], head="h", base="b", at=AT).entries[0]
    assert entry.finding.fix is None
    assert entry.finding.evidence[0].fix is None
    assert len(entry.finding.snippet) == 1_000
    assert (entry.path, entry.symbol, entry.family, entry.severity) == ("a.py", "f", finding.family, finding.severity)
    assert entry.said == finding.location


def test_a_ledger_is_bounded_and_forgets_settled_entries_first() -> None:
    def update(number: int, state: State) -> Update:
        return Update(
            before=None, finding=finding_of(path=f"f{number:05}.py", text=str(number)), disposition=Disposition(state=state)
        )

    updates = [update(number, State.ADDRESSED if number % 2 else State.OPEN) for number in range(MOST + 1_000)]
    ledger = written(updates, head="h", base="b", at=AT)
    assert len(ledger.entries) == MOST
    assert sum(entry.stands for entry in ledger.entries) == (MOST + 1_000) // 2


def test_written_needs_something_to_write() -> None:
    with pytest.raises(ValueError, match="needs an entry or a finding"):
        written([Update(before=None, finding=None, disposition=Disposition())], head="h", base="b", at=None)
