"""Files divide into questions that the service takes: nothing is lost on the way, and what cannot be sent is told."""

from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import ValidationError

from fusion.evidence.remote.parts import Part, Room, divide
from fusion.evidence.remote.questions import ROOM, question, sendable
from fusion.evidence.service.contract import LIMITS, Question

ROOMY = Room(files=1000, bytes=1_000_000, one=1000)
files = st.dictionaries(st.text("abc/\u00e4", min_size=1, max_size=8), st.binary(max_size=300), max_size=12)


@given(files, files, st.integers(1, 8), st.integers(200, 2000), st.booleans())
@settings(max_examples=60)
def test_every_file_is_in_one_question_or_unread(
    contents: dict[str, bytes], beside: dict[str, bytes], most: int, size: int, follows: bool
) -> None:
    beside = {path: data for path, data in beside.items() if path not in contents}
    room = Room(files=most, bytes=size, one=250)
    division = divide(contents, beside, (), room, follows=follows, tells_own=follows)
    told = [path for part in division.parts for path in part.files] + [item.path for item in division.unread]
    assert sorted(told) == sorted(contents)
    for part in division.parts:
        assert not part.files.keys() & part.beside.keys()
        assert set(part.own) <= part.beside.keys()
        assert len(part.files) + len(part.beside) <= max(most, 1)
        assert part.beside.items() <= {**contents, **beside}.items()
    assert {item.path for item in division.unread} == {path for path, data in contents.items() if len(data) > 250}


def test_what_follows_data_consults_the_files_of_the_other_questions() -> None:
    contents = {f"{name}.py": bytes(300) for name in "abcd"}
    room = Room(files=100, bytes=1500, one=1000)
    division = divide(contents, {"lib.py": b"x"}, ("lib.py",), room, follows=True, tells_own=True)
    assert len(division.parts) > 1
    assert all(set(part.own) == set(part.beside) for part in division.parts)
    assert all("lib.py" in part.own for part in division.parts)
    assert division.left
    apart = divide(contents, {}, (), room, follows=False, tells_own=False)
    assert all(not part.beside for part in apart.parts)


def test_one_question_is_enough_where_everything_has_room() -> None:
    division = divide({"b.py": b"2", "a.py": b"1"}, {"c.py": b"3"}, ("c.py",), ROOMY, follows=True, tells_own=True)
    assert division.parts == (Part(files={"b.py": b"2", "a.py": b"1"}, beside={"c.py": b"3"}, own=("c.py",)),)
    assert divide({}, {"c.py": b"3"}, (), ROOMY, follows=True, tells_own=True).parts == ()


def test_halves_consult_each_other_only_where_data_is_followed() -> None:
    part = Part(files={"a": b"1", "b": b"2", "c": b"3"}, beside={"d": b"4"})
    assert [set(half.files) for half in part.halves(tells_own=False)] == [{"a"}, {"b", "c"}]
    one, other = part.halves(tells_own=True)
    assert (set(one.beside), set(one.own)) == ({"b", "c", "d"}, {"b", "c"})
    assert (set(other.beside), set(other.own)) == ({"a", "d"}, {"a"})
    assert Part(files={"a": b"1"}, beside={}).halves(tells_own=True) == (Part(files={"a": b"1"}, beside={}),)


def test_the_largest_part_is_a_question_within_the_limits() -> None:
    """With names that JSON writes at their longest, and all the knowledge there can be."""
    longest = "\u0001" * 200
    contents = {f"{longest}{number}": bytes(3_000_000) for number in range(30)}
    knowledge = {"python/a.toml": bytes(LIMITS.knowledge)}
    division = divide(contents, {}, (), ROOM, follows=False, tells_own=False)
    largest = max(division.parts, key=lambda part: len(part.files))
    assert len(largest.files) > 5
    assert len(question("ruff", largest, seconds=1000, knowledge=knowledge)) <= LIMITS.question


def test_a_name_that_no_question_can_hold_is_unread() -> None:
    kept, unread = sendable({"a.py": b"", "b\udcff.py": b"", "../c.py": b""})
    assert set(kept) == {"a.py"}
    assert {item.path for item in unread} == {"b\udcff.py", "../c.py"}
    whole = {"flaw\nrun.py:5: fixed.py": b"", "-rf --version.py": b"", "\u202e.py": b""}
    assert sendable(whole) == (whole, ())
    told = Question.model_validate_json(question("ruff", Part(files=whole, beside={}), seconds=5, knowledge={}))
    assert told.files == whole
    try:
        question("ruff", Part(files={"/etc/passwd": b""}, beside={}), seconds=5, knowledge={})
    except ValidationError:
        return
    raise AssertionError("a path outside was asked about")
