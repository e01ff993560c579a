"""Any text in any field of a scan: no format lets it become a tag, a link, a formula or an escape sequence, or break out."""

from __future__ import annotations

import csv
import io
import json
import re
from collections import Counter
from html.parser import HTMLParser
from xml.etree import ElementTree

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from fusion.render.scan import badge, html, markdown, organisation, oscal, sarif, terminal
from fusion.render.scan import csv as csv_format
from fusion.render.scan import json as json_format
from fusion.render.scan.elements import link, tag, text
from tests.fakes import oscal as nist
from tests.fakes import sarif as oasis
from tests.fakes.rendered import live
from tests.fakes.scans import CATALOGUES, CHECKS, clean, hostile, rich
from tests.fakes.scans import organisation as account

STEERING = re.compile("[\x00-\x09\x0b-\x1f\x7f-\x9f\u061c\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff]")
LURES = (
    *(
        "<script>alert(1)</script>",
        "<img src=x onerror=alert(1)>",
        "</td></table>",
        "--><svg onload=x>",
        "\"' onclick=x",
        "<b",
        "&lt;",
    ),
    *(
        '=HYPERLINK("https://evil.example","x")',
        "+1",
        "-2+3",
        "@SUM(A1)",
        "\t=1",
        "\r\n=1",
        "＝1",
        " =cmd|' /C calc'!A0",
        "|x",
        "%0",
    ),
    *(
        "[x](https://evil.example)",
        "https://evil.example/a?b",
        "javascript:x",
        "@somebody",
        "#12",
        "acme/shop#1",
        "`",
        "``",
        "\x1b[31m",
    ),
    *(
        "\u202e",
        "\u200b",
        "ghp_abcdefghijklmnopqrstuvwxyz0123456789",
        "]]>",
        "<!--",
        "url(https://evil.example)",
        "\\",
        "|",
        "\n\n",
    ),
)
ANY = st.one_of(
    st.text(max_size=40),
    st.text(alphabet="\x1b[]0;m\u202e\u200b\n\r\t<!->/`|@#()=+%'\"\\*_~:. ahtps1", max_size=40),
    st.lists(st.sampled_from(LURES), max_size=5).map(" ".join),
    st.sampled_from(LURES),
)
TAGS = frozenset(
    re.findall(
        r"\w+",
        """html head meta title style body main header section article footer nav ul li p h1 h2 h3 dl div dt dd span code time a
        table caption thead tbody tr th td figure figcaption details summary br
        svg defs pattern rect line polyline circle text""",
    )
)


class Read(HTMLParser):
    """What a browser would make of the page: elements that are open, attributes, addresses."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.open: list[str] = []
        self.tags: Counter[str] = Counter()
        self.attributes: set[str] = set()
        self.links: list[str] = []
        self.comments = 0
        self.feed(page)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags[tag] += 1
        self.attributes |= {name for name, _ in attrs}
        self.links += [value or "" for name, value in attrs if name in ("href", "src")]
        if tag not in ("meta", "br"):
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_comment(self, data: str) -> None:
        self.comments += 1


def check_page(page: str) -> Read:
    assert not STEERING.search(page)
    found = Read(page)
    assert found.open == []
    assert set(found.tags) <= TAGS
    assert not {name for name in found.attributes if name.startswith("on") or name in ("style", "src", "srcset", "action")}
    assert found.comments == 0
    return found


@settings(max_examples=25, deadline=None)
@example("")
@example("\n\n")
@example("`" * 40)
@example("</summary></details>")
@given(ANY)
def test_whatever_the_text(text: str) -> None:
    scan = hostile(text)

    assert all(address.startswith("#") for address in check_page(html.render(scan, checks=CHECKS, catalogues=CATALOGUES)).links)

    for row in csv.reader(io.StringIO(csv_format.render(scan, checks=CHECKS, catalogues=CATALOGUES), newline="")):
        assert len(row) == len(csv_format.COLUMNS)
        assert not [cell for cell in row if re.match(r"\s*[=+\-@|%＝＋－＠]", cell) or STEERING.search(cell)]

    written = markdown.render(scan, checks=CHECKS, catalogues=CATALOGUES)
    found = live(written)
    assert not STEERING.search(written)
    assert (found.links, found.images, found.references) == ([], [], [])
    assert set(re.findall(r"</?(\w+)", re.sub("<code>.*?</code>", "", "".join(found.html)))) <= {"details", "summary"}

    assert not STEERING.search(terminal.render(scan, checks=CHECKS, catalogues=CATALOGUES))
    drawn = ElementTree.fromstring(badge.render(scan, checks=CHECKS))
    assert {element.tag.rpartition("}")[2] for element in drawn.iter()} == {"svg", "title", "clipPath", "rect", "g", "text"}

    assert json.loads(json_format.render(scan, checks=CHECKS, catalogues=CATALOGUES))["scan"]["repository"] == text
    log, results = (each.render(scan, checks=CHECKS, catalogues=CATALOGUES) for each in (sarif, oscal))
    assert next(oasis.validator().iter_errors(json.loads(log)), None) is None
    assert [error.message for error in nist.validator().iter_errors(json.loads(results))] == []
    for document in (log, results):
        assert document.isascii()
        assert not STEERING.search(document)


@settings(max_examples=25, deadline=None)
@given(ANY)
def test_an_account_whatever_the_text(text: str) -> None:
    report = account(5)
    lines = [
        one.model_copy(update={"repository": text + one.repository, "commit": text, "reason": text})
        for one in report.repositories
    ]
    controls = [one.model_copy(update={"reason": text, "checks": (text,), "control": text}) for one in report.controls]
    parts = {"account": text, "id": text, "notes": (text,), "repositories": tuple(lines), "controls": tuple(controls)}
    page = organisation.render(report.model_copy(update=parts), checks=CHECKS, catalogues=CATALOGUES)

    assert all(address.startswith("#") for address in check_page(page).links)


def test_the_page_loads_nothing_and_links_only_to_github_and_itself() -> None:
    page = html.render(rich(), checks=CHECKS, catalogues=CATALOGUES)
    found = check_page(page)
    ids = set(re.findall(' id="([^"]+)"', page))

    assert all(address.removeprefix("#") in ids for address in found.links if address.startswith("#"))
    away = [address for address in found.links if not address.startswith("#")]
    assert away
    assert all(address.startswith(f"https://github.com/acme/shop/blob/{rich().commit}/") for address in away)
    assert "default-src 'none'" in page
    assert "script" not in found.tags
    assert not re.search(r"url\((?!#)|@import", page)


def test_markup_is_only_what_was_made_here() -> None:
    assert tag("p", "<b>", title='"x"') == '<p title="&quot;x&quot;">&lt;b&gt;</p>'
    assert tag("p", tag("b", "x")) == "<p><b>x</b></p>"
    assert text("a\u202eb") == "a&lt;U+202E&gt;b"


@pytest.mark.parametrize(
    "address",
    [
        "javascript:alert(1)",
        "https://evil.example/",
        "https://github.com/acme/shop/blob/main/x",
        "https://github.com@evil.example/a/b",
        "//evil.example",
        "#x y",
        "",
    ],
)
def test_other_addresses_are_no_links(address: str) -> None:
    assert link(address, "x") == "x"


def test_sizes() -> None:
    """Text only: a page of a repository is some dozen kilobytes, one of a thousand repositories under a third of a megabyte."""
    assert len(html.render(clean(), checks=CHECKS, catalogues=CATALOGUES)) < 60_000
    assert len(organisation.render(account(1000), checks=CHECKS, catalogues=CATALOGUES)) < 400_000
