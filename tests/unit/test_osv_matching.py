"""Records of the OSV database against versions: the evaluation that the schema describes, by ecosystem."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fusion.inventory import affected
from fusion.inventory.affected import ECOSYSTEMS, advisory, affects
from fusion.inventory.severities import base_score, severity
from fusion.inventory.versions import ORDERED, UnreadableVersion, ordered
from fusion.model import Severity


def record(
    ecosystem: str, name: str, *events: dict[str, str], kind: str = "ECOSYSTEM", versions: tuple[str, ...] = (), **more: Any
) -> dict[str, Any]:
    one: dict[str, Any] = {"package": {"ecosystem": ecosystem, "name": name}, "versions": list(versions)}
    if events:
        one["ranges"] = [{"type": kind, "events": list(events)}]
    return {"id": "OSV-1", "affected": [one], **more}


def since(start: str, **end: str) -> tuple[dict[str, str], ...]:
    return ({"introduced": start}, *({key: value} for key, value in end.items()))


TABLE = [
    # The schema's own examples of evaluation: introduced, fixed, last_affected, limit, several ranges in one.
    ("golang", "v1.0.0", "Go", since("0", fixed="1.0.1"), True),
    ("golang", "v1.0.1", "Go", since("0", fixed="1.0.1"), False),
    ("golang", "v1.0.1-0.20200101000000-abcdef012345", "Go", since("0", fixed="1.0.1"), True),
    ("golang", "v2.0.0+incompatible", "Go", since("0", fixed="2.0.0"), False),
    ("npm", "1.2.3", "npm", since("1.2.3", fixed="1.2.4"), True),
    ("npm", "1.2.2", "npm", since("1.2.3", fixed="1.2.4"), False),
    ("npm", "2.0.0-rc.1", "npm", since("0", fixed="2.0.0"), True),
    ("npm", "2.0.0-rc.10", "npm", since("2.0.0-rc.9", fixed="2.0.0-rc.10"), False),
    ("npm", "1.5.0", "npm", since("1.0.0", last_affected="1.5.0"), True),
    ("npm", "1.5.1", "npm", since("1.0.0", last_affected="1.5.0"), False),
    ("npm", "3.1.0", "npm", (*since("1.0.0", fixed="1.5.0"), *since("3.0.0", fixed="3.2.0")), True),
    ("npm", "2.0.0", "npm", (*since("3.0.0", fixed="3.2.0"), *since("1.0.0", fixed="1.5.0")), False),
    ("npm", "9.9.9", "npm", since("0"), True),
    ("npm", "2.0.0", "npm", (*since("1.0.0"), {"limit": "2.0.0"}), False),
    ("npm", "1.9.0", "npm", (*since("1.0.0"), {"limit": "2.0.0"}), True),
    ("npm", "5.0.0", "npm", (*since("1.0.0"), {"limit": "*"}), True),
    ("pypi", "2.0rc1", "PyPI", since("0", fixed="2.0"), True),
    ("pypi", "2.0.post1", "PyPI", since("0", fixed="2.0"), False),
    ("pypi", "1!1.0", "PyPI", since("0", fixed="2.0"), False),
    ("maven", "1.0-alpha-2", "Maven", since("0", fixed="1.0"), True),
    ("maven", "2.10", "Maven:https://example.org/releases", since("0", fixed="2.9"), False),
    ("cargo", "0.9.10", "crates.io", since("0.9.9", fixed="0.9.11"), True),
    ("nuget", "1.0.0.1", "NuGet", since("0", fixed="1.0.0.2"), True),
    ("gem", "7.0.4.1", "RubyGems", since("7.0.0", fixed="7.0.4.2"), True),
    ("gem", "7.0.0.pre1", "RubyGems", since("7.0.0"), False),
    ("composer", "3.5.0", "Packagist", since("0", fixed="v3.4.9"), False),
    ("github", "v45", "GitHub Actions", since("0", fixed="46.0.1"), True),
]


@pytest.mark.parametrize(("type", "version", "ecosystem", "events", "expected"), TABLE)
def test_ranges(type: str, version: str, ecosystem: str, events: tuple[dict[str, str], ...], expected: bool) -> None:
    name = "o/n" if type in ("composer", "github") else "g:n" if type == "maven" else "n"
    found = affects(record(ecosystem, name, *events), type, name, version)
    assert (found.affects, found.unsure) == (expected, "")


def test_what_fixes_is_what_comes_later() -> None:
    said = record("npm", "a", *since("0", fixed="1.5.0"), *since("2.0.0", fixed="2.3.0"))
    assert affects(said, "npm", "a", "2.1.0").fixed == ("2.3.0",)
    assert affects(said, "npm", "a", "1.0.0").fixed == ("1.5.0", "2.3.0")


def test_listed_versions_count_beside_ranges() -> None:
    said = record("PyPI", "A_b", *since("2.0", fixed="2.1"), versions=("1.0-weird",))
    assert affects(said, "pypi", "a-b", "1.0-weird").affects
    assert affects(said, "pypi", "a-b", "2.0").affects
    assert not affects(said, "pypi", "a-b", "1.0").affects
    assert not affects(said, "pypi", "other", "2.0").affects
    assert not affects(said, "npm", "a-b", "2.0").affects


def test_names_are_compared_as_their_ecosystem_does() -> None:
    assert affects(record("NuGet", "Newtonsoft.Json", *since("0")), "nuget", "newtonsoft.json", "1.0.0").affects
    assert advisory(record("Go", "github.com/BurntSushi/toml", *since("0")), "pkg:golang/github.com/burntsushi/toml@v1.0.0")
    assert advisory(record("npm", "@a/b", *since("0")), "pkg:npm/%40a/b@1.0.0")
    assert advisory(record("Maven", "g.h:a", *since("0")), "pkg:maven/g.h/a@1.0")
    assert advisory(record("Maven", "g.h:a", *since("0")), "pkg:maven/g/h.a@1.0") is None


def test_a_version_that_cannot_be_compared_is_neither_clean_nor_affected() -> None:
    said = record("npm", "a", *since("0", fixed="2.0.0"))
    found = advisory(said, "pkg:npm/a@main")
    assert found is not None
    assert "could not be compared" in found.unsure
    # What holds for all versions holds for that one, too.
    whole = advisory(record("npm", "a", *since("0")), "pkg:npm/a@main")
    assert whole is not None
    assert whole.unsure == ""
    broken = affects(record("npm", "a", *since("0", fixed="soon")), "npm", "a", "1.0.0")
    assert (broken.affects, "could not be compared" in broken.unsure) == (False, True)
    assert "names no versions" in affects(record("npm", "a"), "npm", "a", "1.0.0").unsure
    commits = record("npm", "a", *since("0", fixed="abc"), kind="GIT")
    assert "names no versions" in affects(commits, "npm", "a", "1.0.0").unsure


def test_withdrawn_records_affect_nothing() -> None:
    assert advisory(record("npm", "a", *since("0"), withdrawn="2026-01-01T00:00:00Z"), "pkg:npm/a@1.0.0") is None


def test_an_advisory_tells_what_people_need() -> None:
    said = record(
        "npm",
        "a",
        *since("0", fixed="1.1.0"),
        aliases=["CVE-2026-1"],
        summary="Bad\nthing",
        severity=[{"type": "CVSS_V4", "score": "CVSS:4.0/AV:N"}, {"type": "CVSS_V3", "score": "CVSS:3.1/AV:N"}],
        database_specific={"severity": "HIGH"},
    )
    found = advisory(said, "pkg:npm/a@1.0.0")
    assert found is not None
    assert (found.aliases, found.summary, found.severity, found.fixed) == (
        ("CVE-2026-1",),
        "Badthing",
        "CVSS:3.1/AV:N",
        ("1.1.0",),
    )
    assert affected.package("pkg:docker/python@3") is None
    assert list(affected.packages(said)) == [("npm", "a")]


@pytest.mark.parametrize(
    ("vector", "score", "expected"),
    [
        ("CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H", 9.8, Severity.CRITICAL),
        ("CVSS:3.1/AV:N/AC:L/PR:N/UI:R/S:C/C:L/I:L/A:N", 6.1, Severity.MEDIUM),
        ("CVSS:3.0/AV:L/AC:H/PR:L/UI:N/S:U/C:H/I:N/A:N", 4.7, Severity.MEDIUM),
        ("CVSS:3.1/AV:N/AC:L/PR:L/UI:N/S:C/C:H/I:H/A:H", 9.9, Severity.CRITICAL),
        ("CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:N/I:N/A:N", 0.0, Severity.INFO),
        ("MODERATE", None, Severity.MEDIUM),
        ("CVSS:4.0/AV:N/AC:L", None, None),
        ("CVSS:3.1/AV:N", None, None),
    ],
)
def test_severity_is_the_advisorys(vector: str, score: float | None, expected: Severity | None) -> None:
    assert base_score(vector) == score
    assert severity(vector) is expected


@settings(max_examples=150, deadline=None)
@given(type=st.sampled_from(sorted(ORDERED)), one=st.text(max_size=12), other=st.from_regex(r"\A[0-9v][0-9a-z.+!-]{0,12}\Z"))
def test_versions_are_ordered_or_refused(type: str, one: str, other: str) -> None:
    known = []
    for text in (one, other):
        try:
            known.append(ordered(type, text))
        except UnreadableVersion:
            continue
    if len(known) == 2:
        assert (known[0] < known[1]) + (known[1] < known[0]) + (known[0] == known[1]) == 1


@settings(max_examples=150, deadline=None)
@given(
    st.recursive(
        st.none() | st.text(max_size=6) | st.integers(),
        lambda inner: (
            st.lists(inner, max_size=3)
            | st.dictionaries(
                st.sampled_from(
                    ["affected", "package", "ecosystem", "name", "ranges", "events", "introduced", "versions", "limit"]
                ),
                inner,
                max_size=4,
            )
        ),
        max_leaves=10,
    )
)
def test_records_of_any_form_are_borne(value: object) -> None:
    said = value if isinstance(value, dict) else {"affected": value}
    advisory(said, "pkg:npm/a@1.0.0")
    list(affected.packages(said))
    advisory(
        {"affected": [{"package": {"ecosystem": "npm", "name": "a"}, "ranges": [{"type": "SEMVER", "events": value}]}]},
        "pkg:npm/a@1.0.0",
    )


def test_every_ecosystem_has_an_order() -> None:
    assert set(ECOSYSTEMS.values()) <= ORDERED
