from __future__ import annotations

import io
import re
from pathlib import Path

import pytest
from rich.cells import cell_len
from rich.console import Console

from fusion.model import Disposition, FileCoverage, Outcome, Placement, Report, Review, Severity, State, Unread
from fusion.render.terminal import print_evidence_line, print_review
from tests.fakes.reviews import coverage, evidence, finding, location, review, run
from tests.fakes.scenes import SCENES
from tests.fakes.snapshots import check

SAMPLES = Path(__file__).parents[1] / "samples" / "render"
SGR = re.compile(r"\x1b\[[0-9;]*m")
LINK = re.compile(r"\x1b\]8;[^;\x1b]*;([!-~]*)\x1b\\")
GREEN = re.compile(r"\x1b\[(?:[0-9]+;)*(?:32|42|92|102)(?:;[0-9]+)*m")


def printed(what: Review, width: int = 80, **console: object) -> str:
    file = io.StringIO()
    print_review(what, Console(file=file, width=width, **console))  # type: ignore[arg-type]
    return file.getvalue()


def coloured(what: Review, root: Path | None = None) -> str:
    file = io.StringIO()
    console = Console(file=file, width=80, force_terminal=True, color_system="standard", legacy_windows=False, _environ={})
    print_review(what, console, root=root)
    return file.getvalue()


@pytest.mark.parametrize("width", [80, 120])
@pytest.mark.parametrize("scene", [name for name in SCENES if name not in ("hostile", "huge")])
def test_reads_as_recorded(scene: str, width: int) -> None:
    check(printed(SCENES[scene](), width), SAMPLES / f"{scene}-{width}.txt")


@pytest.mark.parametrize("scene", SCENES)
def test_piped_output_has_no_escape_no_trailing_blanks_and_ends_with_one_newline(scene: str) -> None:
    text = printed(SCENES[scene]())

    assert "\x1b" not in text
    assert not re.search(r"[ \t]$", text, re.MULTILINE)
    assert text.endswith("\n")
    assert not text.endswith("\n\n")
    assert "\n\n\n" not in text


@pytest.mark.parametrize("scene", SCENES)
def test_a_terminal_gets_our_escapes_and_no_others(scene: str) -> None:
    bare = LINK.sub("", SGR.sub("", coloured(SCENES[scene](), Path("/srv/shop"))))

    assert not re.search(r"[\x00-\x09\x0b-\x1f\x7f-\x9f\u061c\u200b-\u200f\u202a-\u202e\u2066-\u2069\ufeff]", bare)


@pytest.mark.parametrize("scene", ["blocking", "incomplete", "second-push", "removed-lines", "clean"])
def test_nothing_but_code_and_places_is_wider_than_the_console(scene: str) -> None:
    for line in printed(SCENES[scene](), 60).splitlines():
        assert cell_len(line) <= 60 or "│" in line or line.startswith(("     -", "     +"))


def test_markup_in_the_data_is_shown_and_not_read() -> None:
    assert "[bold]markup[/bold] :smile:" in " ".join(printed(SCENES["hostile"](), 4000).split())


def test_secrets_do_not_reach_the_screen() -> None:
    assert "ghp_0123" not in printed(SCENES["hostile"]())


def test_only_a_pass_is_green() -> None:
    assert GREEN.search(coloured(SCENES["clean"]()))
    assert not GREEN.search(coloured(SCENES["incomplete"]()))
    assert "PASS" not in printed(SCENES["incomplete"]())


def test_places_are_links_to_local_files_and_to_pull_requests() -> None:
    local = LINK.findall(coloured(SCENES["staged"](), Path("/srv/my shop")))
    pull = LINK.findall(coloured(SCENES["blocking"]()))

    assert local[0] == "file:///srv/my%20shop/app/db.py#L42"
    assert pull[0] == "https://github.com/acme/shop/blob/9f8e7d6c5b4a39281706f5e4d3c2b1a09f8e7d6c/tools/export.py#L7"
    assert not [address for address in LINK.findall(coloured(SCENES["staged"]())) if address]


def test_a_path_that_climbs_out_is_no_link() -> None:
    where = location("../../etc/passwd", 1)

    assert not any(LINK.findall(coloured(review(subject="branch:x", findings=(finding(location=where),)), Path("/srv"))))


def test_what_is_folded_is_counted() -> None:
    text = printed(SCENES["huge"]())

    assert "0 of 3,000 files reviewed" in text
    assert "and 2,988 more" in text
    assert "--format json" in text
    assert len(text.splitlines()) < 1500


def test_a_pass_without_findings_is_said_once() -> None:
    text = printed(SCENES["clean"]())

    assert "Nothing to report in what was read." in text
    assert "Nothing was found" not in text


def test_hidden_findings_are_counted_and_not_shown() -> None:
    text = printed(SCENES["second-push"]())

    assert "2 findings not shown" in text
    assert "Too small" not in text


def test_a_blocker_from_before_still_says_that_it_blocks_and_shows_its_code() -> None:
    text = printed(SCENES["second-push"]()).partition("Still open from before")[2]

    assert re.match(r"  1\n.*app/db\.py:42  \w{8}  blocks\n +42 │ +cursor\.execute", text)


def test_every_finding_that_may_be_shown_is_shown() -> None:
    scene = SCENES["blocking"]()
    text = printed(scene)

    assert all(item.title in text for item in scene.findings if item.placement is not Placement.HIDDEN)


def test_a_console_that_is_not_unicode_gets_ascii() -> None:
    raw = io.BytesIO()
    file = io.TextIOWrapper(raw, encoding="ascii", errors="strict")
    print_review(SCENES["blocking"](), Console(file=file, width=80))
    print_review(review(title="Überraschung"), Console(file=file, width=80))
    file.flush()

    assert b"\\xdcberraschung" in raw.getvalue()
    assert b"42 |     cursor" in raw.getvalue()


def test_evidence_takes_one_line() -> None:
    file = io.StringIO()
    hostile = evidence(message="a\nb\x1b[31m" + "c" * 500, severity=Severity.LOW)
    print_evidence_line(hostile, Console(file=file, width=60, force_terminal=True, _environ={}))
    print_evidence_line(evidence(), Console(file=file, width=80))

    first, second = SGR.sub("", file.getvalue()).splitlines()
    assert cell_len(first) <= 60
    assert first.startswith("  LOW      app/db.py:42  ruff S608  a b<U+001B>")
    assert second == "  HIGH     app/db.py:42  ruff S608  Query text is built from a variable"


def test_a_file_that_was_not_read_is_named_once_on_the_receipt() -> None:
    both = "dataflow, lizard: line 4 does not parse as Python; code-review: it does not parse as Python"
    made = review(
        coverage=coverage(
            files=(FileCoverage(path="a.py", reviewed=False, reason=both), FileCoverage(path="b.py", reviewed=True)),
            tools=(
                *(
                    run(name, unread=(Unread(path="a.py", reason="line 4 does not parse as Python"),))
                    for name in ("dataflow", "lizard")
                ),
                run("ruff", unread=(Unread(path="b.py", reason="out of time"),)),
            ),
            agents=(
                Report(
                    agent="code-review", outcome=Outcome.OK, unread=(Unread(path="a.py", reason="it does not parse as Python"),)
                ),
            ),
            gaps=(f"1 file was not reviewed: a.py ({both}).",),
        )
    )
    assert printed(made, 200).count("a.py") == 1
    assert "unread    ruff: out of time: b.py" in printed(made, 200)
    untold = made.model_copy(update={"coverage": made.coverage.model_copy(update={"gaps": ()})})
    assert f"not read {both}: a.py" in " ".join(printed(untold, 200).split())


def test_what_the_author_suppressed_says_so_where_it_is_listed() -> None:
    seen = evidence(suppressed="# nosec: test data")
    listed = finding(evidence=(seen,), blocking=False, placement=Placement.SUMMARY)
    assert "the author suppressed it: # nosec: test data" in " ".join(printed(review(findings=(listed,))).split())


def test_blockers_in_a_list_are_set_apart() -> None:
    carried = [
        finding(
            fingerprint=str(n) * 8, disposition=Disposition(state=State.CARRIED), blocking=True, location=location("a.py", n)
        )
        for n in (1, 2)
    ]
    lines = printed(review(findings=tuple(carried))).splitlines()
    second = next(number for number, line in enumerate(lines) if "a.py:2" in line)
    assert lines[second - 1] == ""
