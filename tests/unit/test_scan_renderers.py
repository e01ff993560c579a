"""What each format says of a scan: never green for what was not read, and nothing left out in silence."""

from __future__ import annotations

import csv
import io
import json
from datetime import date, timedelta
from typing import Any
from xml.etree import ElementTree

import pytest

from fusion.errors import UserError
from fusion.model import Severity
from fusion.model.compliance import Scan, ScanException
from fusion.render.scan import account as lines
from fusion.render.scan import badge, html, markdown, organisation, terminal
from fusion.render.scan import csv as csv_format
from fusion.render.scan import json as json_format
from fusion.render.scan.formats import FORMATS, named
from fusion.render.scan.organisation import grouped
from fusion.render.scan.summary import Colour, standing, summary
from fusion.scanning.series import Point, point
from tests.fakes.scans import CATALOGUES, CHECKS, NOW, RESULTS, clean, deviation, failed, idle, passed, rich, scan, unread
from tests.fakes.scans import organisation as account

ACCEPTED = failed("licence", deviation(accepted="pins"))
GREEN = badge.GROUND[Colour.HOLDS]


def written(name: str, what: Scan, **fields: Any) -> str:
    return named(name).write(what, checks=CHECKS, catalogues=CATALOGUES, **fields).decode()


@pytest.mark.parametrize(
    ("what", "colour", "words"),
    [
        (clean(), Colour.HOLDS, "9 of 9 hold"),
        (rich(), Colour.FAILED, "2 of 8 hold, 1 accepted, 3 not assessed"),
        (scan(results=(passed("licence"), unread("secrets"))), Colour.UNKNOWN, "1 of 2 hold, 1 not assessed"),
        (scan(results=(passed("licence"), idle("secrets"))), Colour.HOLDS, "1 of 1 hold"),
        (scan(results=(ACCEPTED, passed("secrets"))), Colour.ACCEPTED, "1 of 2 hold, 1 accepted"),
        (scan(results=(ACCEPTED, unread("secrets"))), Colour.UNKNOWN, "0 of 2 hold, 1 accepted, 1 not assessed"),
        (scan(results=(failed("licence"),)), Colour.FAILED, "0 of 1 hold"),
        (scan(results=(idle("licence"),)), Colour.UNKNOWN, "nothing assessed"),
        (scan(), Colour.UNKNOWN, "nothing assessed"),
        (scan(results=(passed("licence"),), asked=("licence",)), Colour.HOLDS, "1 of 1 hold, partial"),
        (scan(results=(failed("licence"),), cut="Too many."), Colour.FAILED, "0 of 1 hold, partial"),
        (scan(status="gone", results=(passed("licence"),)), Colour.UNKNOWN, "gone"),
        (scan(status="archived"), Colour.UNKNOWN, "archived"),
        (scan(status="empty"), Colour.UNKNOWN, "empty"),
        (scan(status="failed"), Colour.UNKNOWN, "failed"),
    ],
)
def test_only_what_was_read_and_holds_is_green(what: Scan, colour: Colour, words: str) -> None:
    assert summary(what, CHECKS).colour is colour
    drawn = badge.render(what, checks=CHECKS)
    assert ElementTree.fromstring(drawn).get("aria-label") == f"compliance: {words}"
    assert (GREEN in drawn) is (colour is Colour.HOLDS and what.is_whole)
    page = html.render(what, checks=CHECKS, catalogues=CATALOGUES)
    assert ('class="verdict v-holds"' in page) is (colour is Colour.HOLDS)


def test_the_worst_comes_first_by_what_nobody_accepted() -> None:
    low = failed("secrets", deviation("1" * 16, accepted="x"), deviation("2" * 16, severity=Severity.LOW))
    told = summary(scan(results=(low, failed("licence", deviation(severity=Severity.MEDIUM)))), CHECKS)

    assert [one.check for one in told.failed] == ["licence", "secrets"]
    assert told.severity == {**dict.fromkeys(Severity, 0), Severity.MEDIUM: 1, Severity.LOW: 1}


def test_an_exception_counts_through_its_last_day() -> None:
    [one, *_] = rich().exceptions
    days = {-1: "expired", 0: "ends soon", 30: "ends soon", 31: "in force"}

    assert {
        left: standing(one.model_copy(update={"expires": NOW.date() + timedelta(days=left)}), rich()) for left in days
    } == days


def test_csv_has_a_row_for_each_deviation_and_for_each_check_without() -> None:
    rows = list(csv.DictReader(io.StringIO(written("csv", rich()), newline="")))

    assert len(rows) == 11
    assert {row["status"] for row in rows} == {"failed", "accepted", "not assessed", "holds", "nothing to look at"}
    [pinned] = [row for row in rows if row["check"] == "pinned-dependencies"]
    assert (pinned["path"], pinned["line"], pinned["component"]) == ("requirements.txt", "4", "pkg:pypi/requests@2.32.0")
    assert (pinned["owner"], pinned["expires"], pinned["controls"]) == ("cy", "2026-12-04", "osps OSPS-QA-02.01")
    assert written("csv", rich()).count("\r\n") == 12


@pytest.mark.parametrize("start", ["=1+1", "+1", "-1", "@A1", " =1", "|x", "\uff1dA1"])
def test_csv_has_no_formulas(start: str) -> None:
    what = scan(results=(failed("licence", deviation(title=f"{start} x", path=f"{start}/x")),), repository=start)

    assert not [cell for row in csv.reader(io.StringIO(written("csv", what))) for cell in row if cell.startswith(start)]


def test_csv_says_what_became_of_a_repository_without_results() -> None:
    [row] = csv.DictReader(io.StringIO(written("csv", scan(status="gone", reason="It was renamed.")), newline=""))

    assert (row["status"], row["what"], row["check"]) == ("gone", "It was renamed.", "")
    assert set(row) == set(csv_format.COLUMNS)
    [row] = csv.DictReader(io.StringIO(written("csv", scan(results=(passed("licence"),), asked=("licence",))), newline=""))
    assert row["partial"].startswith("The scan is partial. Only these checks were asked for")
    assert {row["partial"] for row in csv.DictReader(io.StringIO(written("csv", rich())))} == {""}


def test_json_is_the_scan_and_its_titles() -> None:
    found = json.loads(json_format.render(rich(), checks=CHECKS, catalogues=CATALOGUES))

    assert Scan.model_validate(found["scan"]) == rich()
    assert found["schema_version"] == rich().schema_version
    assert found["checks"]["secrets"]["title"] == CHECKS["secrets"].title
    assert found["catalogues"]["osps"]["controls"]["OSPS-AC-01.01"] == "Open Source Baseline asks for number 1"


def test_markdown_fits_one_comment_and_counts_what_does_not() -> None:
    assert "**Not assessed** (3)" in written("markdown", rich())
    many = tuple(
        failed(f"check-{n}", *(deviation(f"{n}-{i}", title=f"{n} and {i} " * 20) for i in range(20))) for n in range(60)
    )
    text = written("markdown", rich(results=(*RESULTS, *many)))

    assert len(text) <= 65_536
    assert "more parts did not fit here" in text
    assert text.endswith("for somebody to judge.\n")


def test_the_terminal_says_what_to_do_first_in_80_columns() -> None:
    text = terminal.render(rich(), checks=CHECKS, catalogues=CATALOGUES)

    assert max(map(len, text.splitlines())) <= 80
    assert (
        text.index("The default branch cannot be rewritten")
        < text.index("Workflows get no more rights")
        < text.index("? No mirror")
    )
    assert "Do: Open the settings" in text
    assert "Needs webhooks: read." in text
    assert "NOT ASSESSED" in terminal.render(scan(results=(unread("secrets"),)), checks=CHECKS, catalogues=CATALOGUES)


def test_the_page_tells_everything() -> None:
    page = html.render(rich(), checks=CHECKS, catalogues=CATALOGUES)

    order = [page.index(f'<section id="{id}"') for id in ("not-assessed", "failed", "changes", "accepted", "controls", "holds")]
    assert order == sorted(order)
    for words in (
        *("3 could not be assessed", "organization_administration: read", "Evidence is not certification", "ends soon"),
        *("1 exception no longer counts", "Fixed once, and here again".lower(), "9 answers (304)", "big/model.bin"),
        *("42 packages in 2 files", "It is not installed.", "confirmed 2026-11-20 03:01 UTC"),
    ):
        assert words in page, words
    for control in rich().controls:
        assert control.control in page


def weeks(number: int, **fields: Any) -> tuple[Point, ...]:
    """So many scans, a week apart, each of which failed less than the one before."""
    return tuple(
        Point(
            **{
                "scan": f"scan-{n}",
                "at": NOW - timedelta(weeks=number - 1 - n),
                "commit": f"{n:040x}",
                "passed": 20 + n,
                "failed": 2 * number - n,
                "not_assessed": 3 if n < 2 else 0,
                "accepted": 1,
                "open": {Severity.HIGH: number - n, Severity.LOW: 4},
                **fields,
            }
        )
        for n in range(number)
    )


def test_the_page_draws_a_trend_of_at_least_two_scans() -> None:
    points = (point(rich(id="scan-1", at=NOW - timedelta(days=7))), point(rich()))
    page = written("html", rich(), trend=points)

    assert 'class="trend"' in page
    assert page.count("<td", page.index("scan by scan"), page.index("</table>", page.index("scan by scan"))) == 2 * 7
    assert 'class="trend"' not in written("html", rich(), trend=points[:1])


@pytest.mark.parametrize("name", ["terminal", "markdown", "html"])
def test_people_read_the_trend_in_a_sentence(name: str) -> None:
    said = " ".join(written(name, rich(), trend=weeks(3)).split()).lower()

    assert "failed 6 → 5 → 4, not assessed 3 → 3 → 0 over 3 scans since 2026-11-06" in said
    assert "→" not in written(name, rich(), trend=weeks(1))


def test_json_holds_the_trend() -> None:
    assert [Point.model_validate(one) for one in json.loads(written("json", rich(), trend=weeks(3)))["trend"]] == [*weeks(3)]


def test_an_account_shows_its_trend_and_what_nobody_could_scan() -> None:
    points = weeks(2, commit="", repositories=16, unscanned=6)
    page = organisation.render(account(), checks=CHECKS, catalogues=CATALOGUES, trend=points)

    assert "not scanned 6 → 6" in page
    assert "Not scanned" in page[page.index("scan by scan") :]
    assert "not scanned 6 → 6" in " ".join(lines.render(account(), "text", trend=points).split())
    assert max(map(len, lines.render(account(), "text", trend=points).splitlines())) <= 80
    assert json.loads(lines.render(account(), "json", trend=points))["trend"][1]["unscanned"] == 6


@pytest.mark.parametrize("name", ["terminal", "markdown", "html"])
def test_a_scan_of_some_checks_says_so(name: str) -> None:
    said = " ".join(written(name, rich(asked=("secrets", "webhooks"))).split())

    assert "of the checks that were made" in said
    assert "only" in said.lower()
    assert "Since the last scan" not in said


def test_many_places_are_folded_and_the_rest_counted() -> None:
    found = failed("secrets", *(deviation(f"{n:016}", title=f"Number {n}.") for n in range(300)))
    page = written("html", scan(results=(found,)))

    assert "150 more places" in page
    assert "138 further places" in page


def test_what_stops_most_checks_is_said_once_and_first() -> None:
    alike = [unread(f"check-{n}", "The token is missing.", permission="contents: read") for n in range(9)]
    what = scan(results=(unread("secrets", "Another reason."), *alike))

    for name in ("html", "markdown", "terminal"):
        text = written(name, what)
        assert text.count("The token is missing.") == 1, name
        assert text.index("The token is missing.") < text.index("Another reason."), name
    assert "4 more checks" in written("terminal", what)


def test_an_account_is_grouped_worst_first() -> None:
    report = account(40)
    groups = grouped(report.repositories)

    assert list(groups) == ["unscanned", "critical", "high", "medium", "low", "unknown", "holds"]
    assert sum(map(len, groups.values())) == len(report.repositories)
    assert all(not one.not_assessed and not one.failed and one.status == "scanned" for one in groups["holds"])
    assert [one.failed for one in groups["critical"]] == sorted((one.failed for one in groups["critical"]), reverse=True)
    page = organisation.render(report, checks=CHECKS, catalogues=CATALOGUES)
    assert all(one.repository in page for one in report.repositories)
    assert 'class="verdict v-failed"' in page


@pytest.mark.parametrize("status", ["gone", "failed", "archived", "empty"])
def test_an_account_is_not_green_while_something_was_not_scanned(status: str) -> None:
    line = account(1, repositories=account(1).repositories[:1]).repositories[0]
    page = organisation.render(
        account(1, repositories=(line, line.model_copy(update={"repository": "acme/x", "status": status}))),
        checks=CHECKS,
        catalogues=CATALOGUES,
    )

    assert 'class="verdict v-unknown"' in page


@pytest.mark.parametrize("name", FORMATS)
def test_every_format_writes_the_same_bytes_each_time(name: str) -> None:
    first = FORMATS[name].write(rich(), checks=CHECKS, catalogues=CATALOGUES)

    assert first == FORMATS[name].write(rich(), checks=CHECKS, catalogues=CATALOGUES)
    assert first


def test_an_unknown_format_is_named() -> None:
    with pytest.raises(UserError, match="There is no format 'pdf' of a scan; there are: terminal, markdown"):
        named("pdf")


def test_markdown_of_a_clean_scan_has_no_list_of_failures() -> None:
    text = markdown.render(clean(), checks=CHECKS, catalogues=CATALOGUES)

    assert "compliance holds" in text
    assert "**Failed**" not in text


@pytest.mark.parametrize("name", ["terminal", "markdown", "html"])
def test_notes_are_told_to_people(name: str) -> None:
    what = scan(results=(passed("licence"),)).model_copy(
        update={"notes": ("The defaults count <b>\x1b[2Jhere</b>.", *"abcdefghijklmnop")}
    )

    said = written(name, what)

    assert "The defaults count" in said
    assert "\x1b" not in said
    assert name == "terminal" or " <b>" not in said


def test_what_could_not_be_assessed_is_listed_check_by_check() -> None:
    page = written("html", scan(results=(unread("licence"), unread("secrets"))))
    assert page.count('<li id="check-') == 2
    assert "Permission that it needs" not in page
    assert "Permission that it needs" in written("html", scan(results=(unread("licence", permission="contents: read"),)))


def test_the_terminal_says_who_accepted_until_when() -> None:
    accepted = ScanException(
        id="pins", check="licence", owner="ada", reason="No lawyer.", approver="eve", expires=date(2027, 3, 31)
    )
    told = written("terminal", scan(results=(ACCEPTED,), exceptions=(accepted,)))
    assert "by ada until 2027-03-31: No lawyer." in told
