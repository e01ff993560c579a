from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st

from fusion.evidence.redaction import redact, told
from fusion.model import Location

SECRET = "ghp_" + "a8Fk29xLmQ0pZr7TuV5wYb3NcD1eGh6JiKoS"


def at(line: str, secret: str) -> Location:
    column = line.index(secret) + 1
    return Location(path="a", line=1, end_line=1, column=column, end_column=column + len(secret))


def test_the_columns_of_the_location_are_masked_and_the_rest_still_tells_where() -> None:
    line = f"client = Client(token = {SECRET})"
    masked = redact(line, at(line, SECRET))
    assert masked == "client = Client(token = ghp_" + "*" * 36 + ")"


def test_a_second_secret_on_the_line_goes_too() -> None:
    line = f'login("{SECRET}", password="hunter2hunter2", other={SECRET[::-1]})'
    masked = redact(line, at(line, SECRET))
    assert "hunter2hunter2" not in masked
    assert SECRET[::-1] not in masked
    assert masked.startswith('login("ghp_*')


def test_a_private_key_keeps_only_its_fences() -> None:
    begin, end = "-----BEGIN RSA PRIVATE " + "KEY-----", "-----END RSA PRIVATE " + "KEY-----"
    body = "MIIEpAIBAAKCAQEA0Z3VS5JJcds3xfn/ygWyF8PbnGy0AHB7MhgwMbRvI0MBZhpI"
    masked = redact(f"{begin}\n{body}\n{end}").split("\n")
    assert masked[0] == begin
    assert masked[2] == end
    assert body[6:] not in masked[1]
    assert len(masked[1]) == len(body)


def test_many_fences_on_one_line_end_in_time() -> None:
    line = "-----BEGIN A-----" * 20_000
    assert redact(line) == line


def test_short_secrets_show_less_of_themselves() -> None:
    assert told("hunter2") == "`h…`, 7 characters"
    assert told(SECRET) == "`ghp_…`, 40 characters"
    assert told("abc") == "3 characters"
    assert "$$$$" not in told("$$$$$$$$$$$$$$$$$$")


@settings(max_examples=100, deadline=None)
@given(before=st.text(max_size=20), secret=st.text("abcXYZ019_+/-", min_size=8, max_size=60), after=st.text(max_size=20))
def test_no_secret_survives_its_location(before: str, secret: str, after: str) -> None:
    before, after = before.replace("\n", " "), after.replace("\n", " ")
    line = before + secret + after
    location = Location(path="a", line=1, end_line=1, column=len(before) + 1, end_column=len(before) + len(secret) + 1)
    masked = redact(line, location)
    assert len(masked) == len(line)
    kept = min(4, len(secret) // 4)
    assert set(masked[len(before) + kept : len(before) + len(secret)]) == {"*"}


def test_the_name_that_is_assigned_to_stays() -> None:
    assert redact("ACCOUNTING_TOKEN = 'abcdefghijkl'").startswith("ACCOUNTING_TOKEN = '")
    assert redact("accounting_token: abcdefghijkl").startswith("accounting_token: ")
    assert "AKIAIOSFODNN" not in redact("AKIAIOSFODNN7EXAMPLE = x")
    assert "QWxhZGRpbjpv" not in redact("x = QWxhZGRpbjpvcGVuc2VzYW1l=")
