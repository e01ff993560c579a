"""What the receipt says of model calls: who asked, how it ended, what left for where, and what it cost."""

from __future__ import annotations

import pytest

from fusion.model import Call, Coverage, Ending, Outcome, Quote, Report, Source, Usage, Vote, Work
from fusion.render.calls import rows, size
from fusion.render.phrases import money, opinion, quoted, second_reading, witnesses
from tests.fakes.reviews import finding

SENT = (Source(path="a.py", bytes=1_500), Source(path="b.py", bytes=700))


def call(**fields: object) -> Call:
    given = {
        "agent": "security",
        "work": Work.REVIEW,
        "endpoint": "foundry",
        "model": "m",
        "ending": Ending.OK,
        "sources": SENT,
    }
    return Call.model_validate(given | fields)


def told(*calls: Call, quote: Quote | None = None) -> dict[str, str]:
    return dict(rows(Coverage(agents=(Report(agent="security", outcome=Outcome.OK, calls=calls),), quote=quote)))


def test_without_a_call_there_is_nothing_to_say() -> None:
    assert told() == {}


def test_each_attempt_counts_where_its_bytes_went() -> None:
    text = told(call(ending=Ending.TIMED_OUT), call(endpoint="north", region="norwayeast"), call(endpoint="worker", local=True))
    assert text["models"] == "security 3 calls (1 timed out); answered by m"
    assert text["sent"] == (
        "2.2 kB of 2 files to foundry; 2.2 kB of 2 files to north (norwayeast); "
        "2.2 kB of 2 files to worker, on the operator's own machines"
    )


def test_what_never_left_is_not_said_to_have_left() -> None:
    text = told(call(ending=Ending.CAPPED, endpoint="", model="", sources=()))
    assert text["models"] == "no model was asked"
    assert text["sent"] == "nothing of the repository"
    text = told(call(), call(sent=False, ending=Ending.UNAVAILABLE, sources=()))
    assert text["models"] == "security 1 call; answered by m; 1 attempt reached nobody (foundry)"
    assert text["sent"] == "2.2 kB of 2 files to foundry"


def test_what_nobody_could_be_asked_is_counted_apart_with_its_reason() -> None:
    none = {"endpoint": "", "model": "", "ending": Ending.UNAVAILABLE, "sources": ()}
    whys = ["No endpoint can be asked. a: it is left alone.", "No endpoint can be asked. a: it is left alone.", "Too dear."]
    text = told(call(), *(call(why=why, **none) for why in whys))
    assert text["models"] == "security 1 call; answered by m"
    assert text["not asked"] == (
        "for 3 questions there was no endpoint, or no further one: No endpoint can be asked. a: it is left alone; "
        "and 1 other reason"
    )


def test_what_was_cut_off_and_who_overbills_is_said_by_name() -> None:
    cut = call(ending=Ending.ABANDONED, lost=True, assumed=True, usage=Usage(cost=0.135))
    text = told(cut, cut, call(over=True), call(over=True))
    assert text["cut off"] == (
        "2 calls were cut off before their answers; they count as at most 0.27 USD this month: nobody saw what was billed"
    )
    assert text["overbills"] == (
        "foundry billed more than its price allows and is asked no more; once you know why: fusion cost --trust foundry"
    )


def test_what_a_person_has_to_mend_is_said_once_without_doubled_stops() -> None:
    denied = call(ending=Ending.DENIED, reason="foundry denied access (401): see whether the key in KEY is right.")
    silent = call(ending=Ending.TIMED_OUT, reason="No whole reply from north within 9 seconds.")
    assert told(denied, denied, silent, call(ending=Ending.UNUSABLE, reason="The reply is empty."))["trouble"] == (
        "foundry denied access (401): see whether the key in KEY is right (2 times); No whole reply from north within 9 seconds"
    )


def test_every_ending_has_words() -> None:
    failed = [call(ending=ending) for ending in Ending if ending is not Ending.OK]
    assert f"security {len(failed)} calls (" in told(*failed)["models"]


def test_the_cost_is_held_against_what_was_foreseen() -> None:
    spent = call(usage=Usage(input_tokens=1_200, output_tokens=80, cost=0.3, currency="EUR"))
    assert told(spent)["cost"] == "0.30 EUR for 1,200 tokens read and 80 written"
    foreseen = Quote(bound=1.0, likely=0.25, currency="EUR", left_out=tuple(f"part {n}" for n in range(9)))
    text = told(spent, quote=foreseen)
    assert text["cost"].endswith("; foreseen 0.25 EUR; at most 1.00 EUR")
    assert text["budget"] == "and 1 more part that the budget left out"
    capped = foreseen.model_copy(update={"bound": 9.5, "limit": 1.0, "limited_by": "run"})
    assert told(spent, quote=capped)["cost"].endswith("; foreseen 0.25 EUR; at most 1.00 EUR (the cap of this run)")
    month = capped.model_copy(update={"limited_by": "month"})
    left = "(what is left of the cap of this month for all repositories)"
    assert told(spent, quote=month)["cost"].endswith(f"; at most 1.00 EUR {left}")


@pytest.mark.parametrize(
    ("amount", "said"),
    [
        (0, "nothing"),
        (0.00002, "less than 0.0001 USD"),
        (0.0312, "0.0312 USD"),
        (9.5, "9.50 USD"),
        (1200, "1,200.00 USD"),
    ],
)
def test_money_is_short(amount: float, said: str) -> None:
    assert money(amount, "USD") == said


def test_what_costs_nothing_is_not_held_against_what_was_foreseen() -> None:
    free = call(endpoint="worker", local=True, usage=Usage(input_tokens=1_200, output_tokens=80))
    assert told(free, quote=Quote(calls=3))["cost"] == "nothing for 1,200 tokens read and 80 written"
    kept = call(cached=True, sources=())
    assert told(kept, quote=Quote(bound=1.0, likely=0.25, calls=3))["cost"] == "nothing: every answer was kept from before"
    assert quoted(Quote(calls=3)) == "3 model calls foreseen, which cost nothing."
    assert quoted(Quote(bound=1.0, likely=0.25, calls=1)) == "1 model call: foreseen 0.25 USD; at most 1.00 USD."
    known = Quote(bound=1.0, kept=7)
    assert quoted(known) == "No model call foreseen: 7 questions were answered before."
    some = known.model_copy(update={"calls": 2, "likely": 0.25})
    assert quoted(some) == "2 model calls: foreseen 0.25 USD; at most 1.00 USD; 7 questions were answered before."


def test_sizes_are_short() -> None:
    assert [size(number) for number in (1, 999, 34_210, 1_200_000)] == ["1 byte", "999 bytes", "34.2 kB", "1.2 MB"]


def test_an_opinion_says_whose_it_is_and_who_has_looked_again() -> None:
    found = Vote(by="finder", says="supported", model="gpt-4.1")
    alone = finding(evidence=(), votes=(found,))
    assert opinion(alone) == "a model's opinion (gpt-4.1)"
    assert witnesses(alone) == "a model's opinion (gpt-4.1): no tool's evidence behind it"
    assert second_reading(alone) == "No second reader has looked at it."
    assert opinion(finding(votes=(found,))) == ""
    assert second_reading(finding()) == ""
    unsure = alone.model_copy(update={"votes": (found, Vote(by="verifier", says="unsure", reason="no model answered"))})
    assert second_reading(unsure) == "A second reader could not tell: no model answered"
