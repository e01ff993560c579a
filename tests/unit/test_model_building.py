"""What checks a record is built when its first value comes, whoever brings it."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor

import pytest
from pydantic import ValidationError

from fusion.model.values import Record


def test_threads_that_bring_the_first_values_of_a_class_at_once_are_all_answered_alike() -> None:
    for _ in range(20):

        class Point(Record):
            x: int
            y: int = 0

        together = threading.Barrier(4)

        def first(number: int, point: type[Point] = Point, together: threading.Barrier = together) -> dict[str, int]:
            together.wait()
            with pytest.raises(ValidationError):
                point.model_validate({"x": "none"})
            return point.model_validate({"x": number}).model_dump()

        assert not Point.__pydantic_complete__
        with ThreadPoolExecutor(4) as pool:
            assert list(pool.map(first, range(4))) == [{"x": number, "y": 0} for number in range(4)]
